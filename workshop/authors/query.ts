import { evaluate } from '../../checks/queries/promtool.ts';
import { MOMENTS } from '../../checks/queries/question.ts';
import { halfHour } from '../../checks/queries/world.ts';
import { findPromtool, noPromtool } from '../stack/promtool.ts';

// What queries give on the half hour after a step: query.ts 4 'sum(up)' 'rate(requests_total[5m])'
const [step = '', ...queries] = process.argv.slice(2);
const looked = findPromtool(process.env);
if (!looked.found) throw new Error(noPromtool(looked));
const results = await evaluate(looked.found, halfHour(Number(step)), queries, MOMENTS);
for (const [index, query] of queries.entries()) {
  console.log(query);
  for (const [at, { rows, error }] of results[index]!.entries()) {
    console.log(`  after ${MOMENTS[at]} s`, error?.message ?? '');
    for (const { labels, value } of rows ?? []) console.log(`    ${value}`, JSON.stringify(labels));
  }
}
