import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../replace.ts';
import { NATIVE } from './native-files.ts';

/** Names the component that `make native` is to do without for a while. */
const OUTAGE = join(NATIVE, 'outage.json');

/** The end of a component on purpose, and for how long. */
interface Outage {
  readonly name: string;
  readonly seconds: number;
}

/**
 * Has a running `make native` start a component again once that has ended, in place of ending with it.
 * @param outage undefined takes back what was said before
 */
export function setOutage(outage: Outage | undefined): void {
  if (outage) replaceFile(OUTAGE, JSON.stringify(outage));
  else rmSync(OUTAGE, { force: true });
}

/** Whether the end of a component is an outage on purpose, once: how many seconds it lasts; undefined if it is none. */
export function takeOutage(name: string): number | undefined {
  try {
    const outage = JSON.parse(readFileSync(OUTAGE, 'utf8')) as Outage;
    if (outage.name !== name) return undefined;
    setOutage(undefined);
    return outage.seconds;
  } catch {
    return undefined;
  }
}
