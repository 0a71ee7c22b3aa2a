import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

// The first file has just been put into app/: the power goes.
const { renameSync } = fs;
fs.renameSync = (from, to) => {
  renameSync(from, to);
  process.kill(process.pid, 'SIGKILL');
};
syncBuiltinESMExports();
