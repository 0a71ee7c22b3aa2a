import { createRequire } from 'node:module';

/**
 * A process that has loaded everything but the program. It waits until it is told which program to
 * become: a restart then takes a tenth of a second, where a fresh Node and tsx take half a one.
 */
const require = createRequire(import.meta.url);
require('prom-client');

process.on('uncaughtExceptionMonitor', () => process.send?.('crashed'));

process.once('message', (url: string) => {
  process.on('message', (message) => {
    if (message === 'stop') terminate();
  });
  // The channel must not keep the program alive.
  process.channel?.unref();
  beginNow();
  void import(url);
});

// Whoever started this is gone: stay behind as neither spare nor program.
process.on('disconnect', terminate);

/** So that `process_start_time_seconds` says when the program began, not when this began to wait for it. */
function beginNow(): void {
  const uptime = process.uptime.bind(process);
  const waited = uptime();
  process.uptime = () => uptime() - waited;
  // They work it out as they are loaded: they are to be loaded anew.
  const early = /prom-client.(index|lib.(defaultMetrics|metrics.processStartTime))\.js$/;
  for (const path of Object.keys(require.cache)) if (early.test(path)) delete require.cache[path];
}

/** Does what SIGTERM does; Windows has no signals, and what is sent in their place ends a process at once. */
function terminate(): void {
  if (process.platform !== 'win32') process.kill(process.pid, 'SIGTERM');
  else if (!process.emit('SIGTERM', 'SIGTERM')) process.exit();
}
