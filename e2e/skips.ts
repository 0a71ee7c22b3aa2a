import { findOnPath } from '../workshop/stack/path.ts';
import { COMPONENTS, imagesOf } from '../workshop/stack/components.ts';
import { findDocker, hasImage, images } from '../workshop/stack/docker.ts';
import { lacksBrowser } from './chromium.ts';

/** Tests that may be skipped under CI; any other skip fails there. */
export interface AllowedSkip {
  /** How the file and the name of a test begin, such as `e2e/grafana.test.ts`. */
  readonly test: string;
  /** Why it is no loss there. */
  readonly why: string;
  /** Whether this machine is one where it may be. */
  readonly here: () => boolean;
}

/** The workflow's machines have Docker and a network: what is skipped there could run. */
const workflow = Boolean(process.env.GITHUB_ACTIONS);

const lacksGrafana = () => !workflow && !hasImage(images().grafana);

export const ALLOWED_SKIPS: readonly AllowedSkip[] = [
  {
    test: 'e2e/grafana.test.ts',
    why: 'No Grafana is here, and its image cannot be had. tests/stack holds the dashboards.',
    here: () => !process.env.GRAFANA_URL && lacksGrafana(),
  },
  {
    test: 'e2e/grafana.test.ts > the home page is Tree counter',
    why: 'Newer ones may not tell their home page; the setting behind it stays.',
    here: () => true,
  },
  {
    test: 'e2e/grafana.test.ts > its log has no error',
    why: 'The log of a Grafana that GRAFANA_URL names is not at hand.',
    here: () => Boolean(process.env.GRAFANA_URL),
  },
  {
    test: 'e2e/containers.test.ts > make up > Grafana answers',
    why: "Grafana's image cannot be had here. make up leaves it out, and a test sees that.",
    here: lacksGrafana,
  },
  {
    test: 'e2e/containers.test.ts',
    why: 'No Docker engine runs here, or can be started. tests/stack holds its files.',
    here: () => !workflow && !findDocker().engine,
  },
  {
    test: 'e2e/incident.test.ts > make incident > beside make up',
    why: 'No Docker engine runs here, or can be started. It is tried beside make native.',
    here: () => !workflow && !findDocker().engine,
  },
  {
    test: 'e2e/incident.test.ts > make incident > beside make native',
    why: 'Windows has no process groups to send Ctrl-C to.',
    here: () => process.platform === 'win32',
  },
  {
    test: "e2e/containers.test.ts > 'docker-compose' >",
    why: 'Compose 1.29 is no longer installed with Docker; compose.test.ts holds what it refuses.',
    here: () => findDocker().compose?.length === 2,
  },
  {
    test: "e2e/containers.test.ts > 'docker compose' >",
    why: 'A Linux distribution can have Compose 1.29 alone.',
    here: () => findDocker().compose?.length === 1,
  },
  ...['docker compose', 'docker-compose'].map((name) => ({
    test: `e2e/containers.test.ts > '${name}' > what PRODUCTION.md adds`,
    why: "Its images cannot be had here: the class's own stack needs none of them.",
    here: () => imagesOf(COMPONENTS).some((image) => !hasImage(image)),
  })),
  {
    test: 'e2e/production.test.ts',
    why: 'No Alertmanager is on PATH. tests/text/production.test.ts holds its files.',
    here: () => !findOnPath('alertmanager', process.env) || !findOnPath('amtool', process.env),
  },
  {
    test: 'e2e/job.test.ts',
    why: 'No Pushgateway is on PATH. tests/checks/job.test.ts has one that takes pushes alike.',
    here: () => !findOnPath('pushgateway', process.env),
  },
  {
    test: 'e2e/others.test.ts',
    why: 'No node_exporter or blackbox_exporter is on PATH. tests/text/production.test.ts holds its files.',
    here: () =>
      !findOnPath('node_exporter', process.env) || !findOnPath('blackbox_exporter', process.env),
  },
  {
    test: 'e2e/page.test.ts',
    why: 'No Chromium is on PATH. tests/page holds what the page serves and does, without a browser.',
    here: () => lacksBrowser() !== undefined && !workflow,
  },
  {
    test: 'e2e/native.test.ts',
    why: 'Windows has no process groups to send Ctrl-C to.',
    here: () => process.platform === 'win32',
  },
];
