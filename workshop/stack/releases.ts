/** A program that `make prefetch` can fetch as the archive of an official release. */
export interface Release {
  readonly version: string;
  /** Where its archives and their sha256sums.txt are. */
  readonly archives: string;
  /**
   * SHA-256 by system and processor, such as `linux-amd64`. For those that are missing, the
   * release's own sha256sums.txt decides, from where the archive comes.
   */
  readonly sha256: Readonly<Partial<Record<string, string>>>;
}

/** The long-term release that docker-compose.yaml names, too. */
export const PROMETHEUS: Release = {
  version: '3.13.4',
  archives: 'https://github.com/prometheus/prometheus/releases/download/v3.13.4',
  // To be copied from sha256sums.txt of that release, by somebody who can reach it.
  sha256: {},
};

const SYSTEMS: Readonly<Partial<Record<string, string>>> = {
  darwin: 'darwin',
  freebsd: 'freebsd',
  linux: 'linux',
  win32: 'windows',
};

const PROCESSORS: Readonly<Partial<Record<string, string>>> = {
  arm: 'armv7',
  arm64: 'arm64',
  ia32: '386',
  riscv64: 'riscv64',
  s390x: 's390x',
  x64: 'amd64',
};

/**
 * Names a system and its processor as Prometheus' releases do, such as `linux-amd64`.
 * @returns undefined where there is no release for it
 */
export function systemName(
  platform: string = process.platform,
  arch: string = process.arch,
): string | undefined {
  const system = SYSTEMS[platform];
  const processor = PROCESSORS[arch];
  return system && processor && `${system}-${processor}`;
}
