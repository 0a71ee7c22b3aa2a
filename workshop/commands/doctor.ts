import { componentsIn } from '../stack/components.ts';
import { findDocker, whyNoDocker } from '../stack/docker.ts';
import { examine, type Finding } from '../stack/examination.ts';
import type { Values } from '../terminal/arguments.js';
import { typed } from '../terminal/typed.js';

const SIGNS = { good: 'ok  ', warning: 'warn', problem: 'FAIL' } as const;

/** Looks whether this laptop is ready for class; each finding comes with its fix. */
export async function run({ WITH }: Values<'doctor'>, env: NodeJS.ProcessEnv): Promise<number> {
  const findings = await examine(env, componentsIn(WITH, 'doctor'));
  findings.forEach(show);
  const problems = findings.filter(({ state }) => state === 'problem').length;
  if (problems > 0) {
    console.error(
      `\nNot ready for class: see to what is marked FAIL, then type again: ${typed('doctor', { WITH })}`,
    );
    return 1;
  }
  const warned = findings.some(({ state }) => state === 'warning');
  const ready = `Ready for class${warned ? ', with what is marked warn in mind' : ''}`;
  const stack = WITH && whyNoDocker(findDocker()) ? 'native' : 'up';
  console.log(`\n${ready}. Begin with: ${WITH ? typed(stack, { WITH }) : typed('dev')}`);
  return 0;
}

function show({ state, what, fix }: Finding): void {
  console.log(`${SIGNS[state]}  ${what}`);
  if (fix) console.log(fix.replaceAll(/^/gm, '      '));
}
