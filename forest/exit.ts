/** Ends the program with one line on standard error. */
export function exitWith(code: number, message: string): never {
  console.error(message);
  process.exit(code);
}
