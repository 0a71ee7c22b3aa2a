import { readSettings, RegistryError, SPECIES, takeCensus } from '#forest';

const settings = readSettings({ PUSHGATEWAY_PORT: 9091 });

try {
  const trees = await takeCensus(settings);
  for (const species of SPECIES) console.log(`${species}: ${trees[species]}`);
} catch (error) {
  if (!(error instanceof RegistryError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
