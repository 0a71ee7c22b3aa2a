/** The program beside the text: it fills the sections of the aside, and shows the aside. */
export function startProgram(): void {}
