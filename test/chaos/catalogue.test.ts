import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { clocks } from '../../chaos/scenarios/clocks.ts';
import { fullDisk } from '../../chaos/scenarios/full-disk.ts';
import { load } from '../../chaos/scenarios/load.ts';
import { manyCopies } from '../../chaos/scenarios/many-copies.ts';
import { oneCopy } from '../../chaos/scenarios/one-copy.ts';
import { withRedis } from '../../chaos/scenarios/redis.ts';
import { ROOT } from '../support/source-files.ts';

const docs = readFileSync(join(ROOT, 'docs/chaos.md'), 'utf8');
const [, catalogue = ''] = docs.split('## The catalogue');
const rows = [...catalogue.matchAll(/^\| ([A-Z]\d+) +\|.*\| (.*) \|$/gm)].map(([, id = '', where = '']) => ({
  id,
  places: [...where.matchAll(/`([^`]+)`/g)].map(([, place = '']) => place),
}));

/** A letter behind the number is another way to do the same. */
const broken = new Set(
  [...clocks, ...fullDisk, ...load, ...manyCopies, ...oneCopy, ...withRedis].flatMap(({ id }) =>
    id.split(' ').map((own) => own.replace(/[a-z]$/, '')),
  ),
);

/** What is random as a whole, and no scenario. */
const ALWAYS = 'F2';

describe('the catalogue', () => {
  test('is of every kind, without a gap but for those it gives a reason for', () => {
    const said = (kind: string, number: number): boolean =>
      rows.some(({ id }) => id === kind + number) || catalogue.includes(`(${kind}${number}`);
    const kinds = { D: 11, T: 5, W: 7, N: 4, L: 7, S: 19, F: 2 };
    const gaps = Object.entries(kinds).flatMap(([kind, last]) =>
      Array.from({ length: last }, (_, i) => i + 1).flatMap((own) =>
        said(kind, own) ? [] : [`${kind}${own}`],
      ),
    );
    expect(gaps).toEqual([]);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  });

  test('says `chaos` of what the suite does, and of nothing else', () => {
    const said = rows.flatMap(({ id, places }) => (places.includes('chaos') && id !== ALWAYS ? [id] : []));
    expect(said.toSorted()).toEqual([...broken].toSorted());
  });

  test.each(rows)('names for $id what is there, and tests that name it', ({ id, places }) => {
    expect(places).not.toEqual([]);
    for (const place of places) {
      if (place === 'chaos') continue;
      expect(existsSync(join(ROOT, place)), place).toBe(true);
      if (!place.startsWith('test/')) continue;
      expect(readFileSync(join(ROOT, place), 'utf8'), place).toMatch(new RegExp(`\\b${id}\\b`));
    }
  });
});
