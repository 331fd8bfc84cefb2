import { expect, test } from 'vitest';
import { Fault } from '../../../core/contracts/faults.ts';
import { degradedReporter } from '../../../runtime/http/degraded.ts';
import { makeLogger } from '../../../runtime/logging.ts';
import { Metrics } from '../../../runtime/metrics.ts';

test('a thousand degraded decisions are a thousand in the metrics and a line a second in the log', async () => {
  const lines: { cause: string; decisions: number }[] = [];
  const logger = makeLogger('info', {
    write: (line) => lines.push(JSON.parse(line) as (typeof lines)[number]),
  });
  const metrics = new Metrics();
  let now = 0;
  const report = degradedReporter({ metrics, logger, elapsed: () => now });
  for (now = 0; now < 2_000; now += 2) report(new Fault('unavailable', 'store'), 'default');
  report(new Fault('rejected', 'another cause is not hidden behind the first'), 'silence');
  expect(lines.map(({ cause, decisions }) => [cause, decisions])).toEqual([
    ['unavailable', 1],
    ['unavailable', 500],
    ['rejected', 1],
  ]);
  expect(await metrics.registry.metrics()).toContain(
    'pickwell_degraded_total{cause="unavailable",rung="default"} 1000',
  );
});
