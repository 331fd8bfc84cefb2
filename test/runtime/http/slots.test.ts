import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Running } from '../../support/running.ts';
import { run } from '../../support/running.ts';

type Json = Record<string, unknown>;

const piece = (id: string, content: Json): Json => ({ id, content });
const LETTER = {
  id: 'letter',
  channel: 'email',
  content: { body: '<p>{{ name }}</p>{% for item in items.products %}<b>{{ item.title }}</b>{% endfor %}' },
  slots: {
    subject: [piece('s1', { subject: 'Hello {{ name }}' }), piece('s2', { subject: 'Look' })],
    cta: [piece('c1', { cta: 'Start' }), piece('c2', { cta: 'Show me' })],
    products: ['lamp', 'chair', 'rug'].map((id) => piece(id, { title: `<${id}> for {{ name }}` })),
  },
  pick: { products: 2 },
  pairs: [['subject', 'cta']],
  forbidden: [{ subject: 's2', cta: 'c1' }],
};
const PROGRAMME = {
  id: 'spring',
  name: 'Spring',
  status: 'live',
  goal: { signals: [{ signal: 'Order Completed', weight: 1, windowHours: 168 }] },
  variants: [LETTER],
  fallback: 'letter',
};
const PINNED = { subject: 's2', cta: 'c2', products: ['rug', 'lamp'] };

let running: Running;
const json = async (response: Promise<Response>): Promise<Json> => (await (await response).json()) as Json;

async function save(programme: Json, version: number): Promise<Response> {
  const init = { method: 'PUT', body: JSON.stringify(programme), headers: { 'if-match': String(version) } };
  return running.call('write', '/v1/programmes/spring', init);
}

const approve = (): Promise<Json> =>
  json(running.call('approve', '/v1/programmes/spring/variants/letter/approve', { method: 'POST' }));

const asked = (path: string, scope: 'decide' | 'write' | 'read' = 'decide'): Promise<Json> =>
  json(running.call(scope, path));

beforeAll(async () => {
  running = await run();
  expect((await save(PROGRAMME, 0)).status).toBe(200);
  await approve();
});
afterAll(() => running.stop());

describe('a programme with slots', () => {
  test('answers one message of the pieces it names, on every route', async () => {
    const query = 'programme=spring&user=ann&c.name=Ann%20%26%20Bo';
    for (const path of ['/v1/decide', '/v1/braze/decide', '/v1/iterable/feed']) {
      const answer = await asked(`${path}?${query}&send=${path.length}&campaign=${path.length}`);
      const { subject, cta, products } = answer.pieces as {
        subject: string;
        cta: string;
        products: string[];
      };
      const titles = products.map((id) => `<${id}> for Ann & Bo`);
      const escaped = titles.map(
        (title) => `<b>${title.replace('<', '&lt;').replace('>', '&gt;').replace('&  ', '&')}</b>`,
      );
      expect(answer.items).toEqual({ products: titles.map((title) => ({ title })) });
      expect(answer.content).toEqual({
        body: `<p>Ann &amp; Bo</p>${escaped.join('').replaceAll('Ann & Bo', 'Ann &amp; Bo')}`,
        subject: subject === 's1' ? 'Hello Ann & Bo' : 'Look',
        cta: cta === 'c1' ? 'Start' : 'Show me',
      });
      expect([subject, cta]).not.toEqual(['s2', 'c1']);
    }
  });

  test('keeps how the pieces were drawn, and makes the same decision again', async () => {
    const { decision_id, pieces } = await asked('/v1/decide?programme=spring&user=bob&send=1');
    const record = await asked(`/v1/decisions/${String(decision_id)}`, 'read');
    expect(record.pieces).toEqual(pieces);
    expect(record.explanation).toMatchObject({ recomputed: true });
    const { drawn } = record.trace as { drawn: { propensity: number; draws: Json[] } };
    expect(drawn.draws.map(({ slot }) => slot)).toEqual(['cta', 'products', 'products', 'subject']);
    expect(drawn.propensity).toBeGreaterThan(0);
    const { subject, cta } = pieces as { subject: string; cta: string };
    const { summary } = record.explanation as { summary: string };
    expect(summary).toMatch(new RegExp(`put together with ${cta} as cta \\(\\d+(\\.\\d+)? %\\), .*`));
    expect(summary.includes(`${subject} as subject (`)).toBe(
      Object.keys(drawn.draws[3]!.among as Json).length > 1,
    );
  });

  test('shows what is known of each piece, and of the pieces of messages that were ordered from', async () => {
    const sent = await Promise.all(
      Array.from({ length: 30 }, (_, i) => asked(`/v1/decide?programme=spring&user=eve${i}&send=1`)),
    );
    const chosen = sent.map(({ pieces }) => pieces as Record<string, string>);
    await running.folder.catchUp();
    const rows = (await asked('/v1/programmes/spring/report', 'read')).pieces as Json[];
    const trialsOf = (slot: string): number =>
      rows.filter((row) => row.slot === slot).reduce((sum, { trials }) => sum + (trials as number), 0);
    expect(trialsOf('subject')).toBeGreaterThanOrEqual(30);
    expect(rows.map(({ variant, slot, piece }) => [variant, slot, piece].join(' '))).toEqual(
      ['cta c1', 'cta c2', 'products lamp', 'products chair', 'products rug', 'subject s1', 'subject s2'].map(
        (name) => `letter ${name}`,
      ),
    );
    expect(trialsOf('products')).toBe(2 * trialsOf('cta'));
    for (const { slot, piece, trials, estimate, interval, best } of rows) {
      const own = chosen.filter((pieces) => [pieces[slot as string]].flat().includes(piece as string)).length;
      expect(trials).toBeGreaterThanOrEqual(own);
      const { low, high } = interval as { low: number; high: number };
      expect(low).toBeLessThan(estimate as number);
      expect(high).toBeGreaterThan(estimate as number);
      expect(best).toBeGreaterThanOrEqual(0);
    }
    const best = (slot: string): number =>
      rows.filter((row) => row.slot === slot).reduce((sum, own) => sum + (own.best as number), 0);
    expect(
      [best('cta'), best('products'), best('subject')].map((sum) => Math.round(1e6 * sum) / 1e6),
    ).toEqual([1, 2, 1]);
  });

  test('gives the message that is asked for by name, to keys that may write', async () => {
    const query = 'piece.subject=s2&piece.cta=c2&piece.products=rug,lamp';
    const path = `/v1/decide?programme=spring&user=cy&pin=letter&${query}`;
    expect((await running.call('decide', path)).status).toBe(403);
    const body = { programme: 'spring', person: { userId: 'cy' }, pin: 'letter', preview: true };
    const post = (pieces: Json): Promise<Response> => {
      const init = { method: 'POST', body: JSON.stringify({ ...body, pieces }) };
      return running.call('admin', '/v1/decide', init);
    };
    expect(await json(post(PINNED))).toMatchObject({ variant: 'letter', pieces: PINNED });
    expect(await json(running.call('admin', path))).toMatchObject({ reason: 'pinned', pieces: PINNED });
    for (const wrong of [
      { ...PINNED, cta: 'c1' },
      { subject: 's1' },
      { ...PINNED, products: ['rug', 'rug'] },
    ]) {
      const refused = await post(wrong);
      expect(refused.status).toBe(422);
      expect(await refused.json()).toMatchObject({ errors: [{ path: 'pieces' }] });
    }
  });

  test('is served as it was approved: a changed piece or rule asks for another approval, a pair does not', async () => {
    const action = async (user: string): Promise<unknown> =>
      (await asked(`/v1/decide?programme=spring&user=${user}&preview=1`)).action;
    const version = async (): Promise<number> =>
      (await asked('/v1/programmes/spring', 'read')).version as number;
    const changed = async (letter: Json): Promise<unknown> => {
      expect(
        (await save({ ...PROGRAMME, variants: [{ ...LETTER, ...letter }] }, await version())).status,
      ).toBe(200);
      return action('dee');
    };
    expect(await changed({ pairs: [] })).toBe('send');
    expect(await changed({ forbidden: [] })).toBe('silence');
    expect(await changed({})).toBe('silence');
    await approve();
    expect(await action('dee')).toBe('send');
    const other = { ...LETTER.slots, cta: [piece('c1', { cta: 'Begin' }), LETTER.slots.cta[1]] };
    expect(await changed({ slots: other })).toBe('silence');
  });
});
