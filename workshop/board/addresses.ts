import { networkInterfaces } from 'node:os';

/** The addresses of this computer by which others in the room may reach it. */
export function addresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((all) =>
    (all ?? []).flatMap(({ family, internal, address }) =>
      family === 'IPv4' && !internal && !address.startsWith('169.254.') ? address : [],
    ),
  );
}
