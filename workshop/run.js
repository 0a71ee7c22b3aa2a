// Plain JavaScript for any Node, and nothing imported before its version is known: the first thing
// that a learner types must work, or say why it cannot.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    'Node ' +
      process.versions.node +
      ' is too old for the workshop, which needs 20.19 or newer: install Node 24 from https://nodejs.org, then type the command again.',
  );
  process.exit(1);
}

const { runCommand } = await import('./runner.js');
await runCommand(process.argv.slice(2));
