// Makes this Node pass for an old one.
Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.8' } });
