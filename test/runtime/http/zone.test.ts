import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SAMPLE } from '../../../runtime/programmes/sample.ts';
import type { Running } from '../../support/running.ts';
import { run } from '../../support/running.ts';

const HOUR = 3_600_000;
const dateAt = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** Where it is the latest of all places, and where it is the earliest: never the same day. */
const [LATEST, EARLIEST] = ['+14:00', '-12:00'];

describe('the clock of the person, as the request brings it', () => {
  let running: Running;
  const save = (zone: string) => {
    const latest = Date.now() + 14 * HOUR;
    const blackoutDates = [dateAt(latest), dateAt(latest + 24 * HOUR)];
    const quietHours = { blackoutDates, zone, fallbackZone: LATEST };
    const own = { ...SAMPLE, id: 'dated', holdout: undefined, guardrails: { quietHours } };
    const init = { method: 'PUT', headers: { 'if-match': '0' }, body: JSON.stringify(own) };
    return running.call('admin', '/v1/programmes/dated', init);
  };

  beforeAll(async () => {
    running = await run();
    expect((await save('context.tz')).status).toBe(200);
    const path = `/v1/programmes/dated/variants/${SAMPLE.variants[0]!.id}/approve`;
    expect((await running.call('admin', path, { method: 'POST' })).status).toBe(200);
  });
  afterAll(() => running.stop());

  const asked = async (path: string) =>
    (await (await running.call('decide', path)).json()) as {
      action: string;
      guardrail?: string;
      decision_id: string;
    };

  it('keeps a message back by it, and sends one by another', async () => {
    for (const route of ['/v1/decide', '/v1/braze/decide']) {
      const at = (user: string, tz: string) =>
        asked(`${route}?programme=dated&user=${route}-${user}&send=${user}&c.tz=${encodeURIComponent(tz)}`);
      expect(await at('early', EARLIEST)).toMatchObject({ action: 'send' });
      expect(await at('late', LATEST)).toMatchObject({ action: 'silence', guardrail: 'quiet-hours' });
    }
  });

  it('gives way to the one that is declared where it is none, and the record says so', async () => {
    const { decision_id: id } = await asked('/v1/decide?programme=dated&user=nowhere&send=1&c.tz=Mars');
    const response = await running.call('read', `/v1/decisions/${id}`);
    const { explanation } = (await response.json()) as {
      explanation: { options: { rule?: string; detail?: string }[] };
    };
    const own = explanation.options.filter(({ rule }) => rule === 'quiet-hours');
    expect(own).toHaveLength(1);
    expect(own[0]!.detail).toContain(`in ${LATEST} (context.tz names no zone) is a blackout date`);
  });

  it('is of a trait or of the request, and of nothing else', async () => {
    const response = await save('profile.tz');
    expect(response.status).toBe(400);
    const { errors } = (await response.json()) as { errors: { path: string; message: string }[] };
    expect(errors).toEqual([
      { path: 'guardrails.quietHours.zone', message: 'traits.<name> or context.<name>' },
    ]);
  });
});
