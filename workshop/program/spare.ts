/**
 * A process that has loaded everything but the program. It waits until it is told which program to
 * become: a restart then takes a tenth of a second, where a fresh Node and tsx take half a one.
 */
await import('prom-client');

process.on('uncaughtExceptionMonitor', () => process.send?.('crashed'));

process.once('message', (url: string) => {
  process.on('message', (message) => {
    if (message === 'stop') terminate();
  });
  // The channel must not keep the program alive.
  process.channel?.unref();
  void import(url);
});

// Whoever started this is gone: stay behind as neither spare nor program.
process.on('disconnect', terminate);

/** Does what SIGTERM does; Windows has no signals, and what is sent in their place ends a process at once. */
function terminate(): void {
  if (process.platform !== 'win32') process.kill(process.pid, 'SIGTERM');
  else if (!process.emit('SIGTERM', 'SIGTERM')) process.exit();
}
