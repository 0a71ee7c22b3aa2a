// Loaded before a step: tells how much processor time it has used, in microseconds, when asked.
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.(user + system);
});
// The channel alone must not keep the program alive.
process.channel?.unref();
