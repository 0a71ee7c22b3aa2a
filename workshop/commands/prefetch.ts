import { parseOptions } from '../terminal/arguments.ts';
import { findDocker, hasImage, images, runShown, whyNoDocker } from '../stack/docker.ts';
import { findOnPath } from '../stack/grafana-home.ts';
import { typed } from '../terminal/typed.js';

/** Downloads all that the class needs. The packages are there already: without them this would not run. */
export async function run(args: string[]): Promise<number> {
  parseOptions(args, process.env, { example: 'npm run prefetch' });
  console.log('The packages are here.');
  const docker = findDocker();
  const why = whyNoDocker(docker);
  if (why) {
    const native = findOnPath('prometheus', process.env) !== undefined;
    console.log(`No images can be downloaded. ${why.what}. ${why.fix}`);
    if (!native)
      console.error(`For ${typed('native')}, Prometheus is missing: see ${typed('doctor')}`);
    return native ? 0 : 1;
  }
  const { node, prometheus, grafana } = images();
  const missing: string[] = [];
  for (const image of [node, prometheus, grafana]) {
    if (hasImage(image)) {
      console.log(`The image ${image} is here.`);
    } else if ((await runShown(['docker'], ['pull', image])) !== 0) {
      missing.push(image);
    }
  }
  // Now, since its packages, too, come over the network.
  const built = (await runShown(docker.compose!, ['build', 'app'])) === 0;
  if (missing.length === 0 && built) {
    console.log(
      `All is here: the class can do without a network. See for yourself: ${typed('doctor')}`,
    );
    return 0;
  }
  const what = [...missing, ...(built ? [] : ['the packages of the program’s image'])].join(', ');
  console.error(
    `Not everything could be downloaded; still missing: ${what}. Check your network, then type again: ${typed('prefetch')}`,
  );
  return 1;
}
