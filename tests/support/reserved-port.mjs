import { Server } from 'node:net';

// As on Windows, where Hyper-V and WSL reserve ranges of ports.
Server.prototype.listen = function () {
  const error = Object.assign(new Error('listen EACCES'), { code: 'EACCES' });
  process.nextTick(() => this.emit('error', error));
  return this;
};
