import { componentsIn, imagesOf, missingPrograms, type Component } from '../stack/components.ts';
import {
  findDocker,
  hasImage,
  images,
  runShown,
  whyNoDocker,
  type Docker,
} from '../stack/docker.ts';
import { findPrometheus } from '../stack/prometheus.ts';
import { FetchFailure, fetchPrometheus, megabytes } from '../stack/prometheus-archive.ts';
import { findPromtool } from '../stack/promtool.ts';
import { PROMETHEUS } from '../stack/releases.ts';
import type { Values } from '../terminal/arguments.js';
import { typed } from '../terminal/typed.js';

/** Downloads all that the class needs. The packages are there already: without them this would not run. */
export async function run(
  { MIRROR, NATIVE, WITH }: Values<'prefetch'>,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const components = componentsIn(WITH, 'prefetch');
  const mirror = MIRROR || undefined;
  console.log('The packages are here.');
  const docker = findDocker();
  const why = whyNoDocker(docker);
  const missing: string[] = [];
  if (why) {
    console.log(`${why.what}, so no images are downloaded. If you want Docker: ${why.fix}`);
  } else {
    missing.push(...(await prefetchImages(docker, components)));
  }
  // Who names a mirror wants what is there.
  if ((why || mirror || NATIVE) && !(await prefetchPrometheus(mirror))) {
    missing.push(`Prometheus ${PROMETHEUS.version}`);
  }
  if (why || NATIVE) {
    const lacking = missingPrograms(components, env);
    lacking.forEach((line) => console.error(line));
    missing.push(...lacking.map((line) => line.split(' ')[0]!));
  }
  if (missing.length === 0) {
    console.log(
      `All is here: the class can do without a network. See for yourself: ${typed('doctor', { WITH })}`,
    );
    return 0;
  }
  const again = typed('prefetch', { MIRROR: mirror, NATIVE, WITH });
  console.error(`Still missing: ${missing.join(', ')}. Once that is seen to, type again: ${again}`);
  return 1;
}

/** @returns what is still missing */
async function prefetchImages(docker: Docker, components: readonly Component[]): Promise<string[]> {
  const { node, prometheus, grafana } = images();
  const missing: string[] = [];
  for (const image of [node, prometheus, grafana, ...imagesOf(components)]) {
    if (hasImage(image)) {
      console.log(`The image ${image} is here.`);
    } else if ((await runShown(['docker'], ['pull', image])) !== 0) {
      missing.push(image);
    }
  }
  // Now, since its packages, too, come over the network.
  const built = (await runShown(docker.compose!, ['build', 'app'])) === 0;
  return built ? missing : [...missing, 'the packages of the program’s image'];
}

/** @returns whether it is here now */
async function prefetchPrometheus(mirror: string | undefined): Promise<boolean> {
  const here = findPrometheus(process.env).found;
  // Some systems pack it apart from Prometheus.
  const promtool = findPromtool(process.env).found;
  if (here) console.log(`Prometheus ${here.version} is here: ${here.command}`);
  if (here && promtool) return true;
  if (here) console.log('Its promtool is missing.');
  console.log(`Fetching Prometheus ${PROMETHEUS.version} from ${mirror ?? PROMETHEUS.archives}…`);
  try {
    const { command, version } = await fetchPrometheus({ mirror, onProgress: progressLine() });
    console.log(`Prometheus ${version} is here: ${command}`);
    return true;
  } catch (error) {
    if (!(error instanceof FetchFailure)) throw error;
    console.error(`${error.message}. ${error.fix}`);
    return false;
  }
}

/** Shows how much is here, on one line that changes where there is a terminal. */
function progressLine(): (done: number, total: number | undefined) => void {
  let shown = 0;
  return (done, total) => {
    const over = done === total;
    if (!process.stderr.isTTY || (Date.now() - shown < 200 && !over)) return;
    shown = Date.now();
    const of = total ? ` of ${megabytes(total)}` : '';
    process.stderr.write(over ? '\r\u001B[K' : `\r\u001B[K${megabytes(done)}${of}`);
  };
}
