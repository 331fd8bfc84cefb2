import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cap } from '../../../core/domain/programme.ts';
import { SAMPLE } from '../../../runtime/programmes/sample.ts';
import type { Running } from '../../support/running.ts';
import { run } from '../../support/running.ts';

const WEEK: Cap = { per: 'person', channel: 'email', count: 3, hours: 168 };

describe('a cap over all programmes that one of them does not have', () => {
  let running: Running;
  beforeAll(async () => {
    running = await run();
    // what comes with an installation has such a cap, too
    const ended = await running.call('admin', `/v1/programmes/${SAMPLE.id}/end`, { method: 'POST' });
    expect(ended.status).toBe(200);
  });
  afterAll(() => running.stop());

  const of = (id: string, caps: Cap[] | undefined, channel = 'email', status = 'live') => {
    const variants = [{ id: 'a', channel, content: { body: 'x' } }];
    return { ...SAMPLE, id, variants, status, guardrails: { caps } };
  };
  const findings = async (response: Response) => {
    const body = (await response.json()) as { findings: { code: string; message: string }[] };
    return body.findings.filter(({ code }) => code === 'person-cap-missing').map(({ message }) => message);
  };
  const save = async (programme: { id: string }) => {
    const init = { method: 'PUT', headers: { 'if-match': '0' }, body: JSON.stringify(programme) };
    return findings(await running.call('admin', `/v1/programmes/${programme.id}`, init));
  };
  const lint = async (programme: object) => {
    const init = { method: 'POST', body: JSON.stringify(programme) };
    return findings(await running.call('read', '/v1/programmes/lint', init));
  };

  it('is found by a save and by the linter, on its channel, as long as the others are live', async () => {
    expect(await save(of('first', undefined))).toEqual([]);
    expect(await save(of('drafted', [WEEK], 'email', 'draft'))).toEqual([]);
    expect(await lint(of('late', undefined))).toEqual([]);
    expect(await save(of('capped', [WEEK]))).toEqual([]);
    const past =
      'By capped a person has at most 3 email contacts of all programmes in 168 h, and this one sends on email past that.';
    expect(await lint(of('late', undefined))).toEqual([past]);
    expect(await save(of('late', [{ ...WEEK, per: 'person-programme' }]))).toEqual([past]);
    expect(await lint(of('late', [{ ...WEEK, signal: 'Order Completed' }]))).toEqual([past]);
    expect(await lint(of('late', [{ ...WEEK, channel: undefined, count: 9 }]))).toEqual([]);
    expect(await lint(of('late', undefined, 'sms'))).toEqual([]);
    expect(await lint(of('capped', undefined))).toEqual([]);
  });

  it('is found on every channel where it counts all', async () => {
    expect(await save(of('all', [{ per: 'person', count: 5, hours: 24 }], 'push'))).toEqual([]);
    expect(await lint(of('late', undefined, 'sms'))).toEqual([
      'By all a person has at most 5 contacts of all programmes in 24 h, and this one sends on sms past that.',
    ]);
  });
});
