import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Running } from '../support/running.ts';
import { runInMemory } from '../support/running.ts';
import { ROOT } from '../support/source-files.ts';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

interface Rule {
  alert: string;
  expr: string;
}
interface Dashboard {
  panels: { title: string; targets: { expr: string }[] }[];
}

const alerts = (
  parse(read('deploy/prometheus/alerts.yml')) as { groups: { rules: Rule[] }[] }
).groups.flatMap(({ rules }) => rules);
const dashboard = JSON.parse(read('deploy/grafana/pickwell.json')) as Dashboard;
const operations = read('docs/operations.md');

/** Metrics named in a text, without the endings that a histogram adds. */
const named = (text: string): string[] => {
  const all = text.match(/pickwell_[a-z_]+/g) ?? [];
  return [...new Set(all.map((name) => name.replace(/_(bucket|sum|count)$/, '')))].sort();
};

describe('what is watched', () => {
  let server: Running;
  let exposed: string[];
  let types: Map<string, string>;

  beforeAll(async () => {
    server = await runInMemory();
    const text = await (await fetch(`${server.base}/metrics`)).text();
    types = new Map(
      [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]),
    );
    exposed = [...types.keys()].sort();
  });
  afterAll(() => server.stop());

  it('is exposed by a started server, all of it, under a description each', () => {
    expect(exposed.length).toBeGreaterThan(10);
    const documented = [...operations.matchAll(/^\| `(pickwell_\w+)` *\| (\w+)/gm)];
    expect(documented.map(([, name]) => name).sort()).toEqual(exposed);
    for (const [, name = '', type] of documented) expect([name, type]).toEqual([name, types.get(name)]);
  });

  it('is on the dashboard, all of it and nothing else', () => {
    const exprs = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)).join('\n');
    expect(named(exprs)).toEqual(exposed);
  });

  it('is what alarms look at, and every alarm says what to do', () => {
    for (const { expr } of alerts) {
      expect(named(expr).length).toBeGreaterThan(0);
      expect(exposed).toEqual(expect.arrayContaining(named(expr)));
    }
    const sections = [...operations.matchAll(/^### (\w+)$/gm)].map(([, name]) => name);
    expect(sections).toEqual(alerts.map(({ alert }) => alert));
  });
});
