import { describe, expect, it } from 'vitest';
import { programmeSchema } from '../../../runtime/programmes/schema.ts';
import { Programmes } from '../../../runtime/programmes/service.ts';
import { SAMPLE } from '../../../runtime/programmes/sample.ts';
import { openMemoryStore } from '../../../runtime/store/memory-store.ts';
import { NOON, programme } from '../../support/programmes.ts';

const service = (): Programmes => new Programmes(openMemoryStore(), () => NOON);

describe('a programme that is saved', () => {
  it('keeps its eligibility rules', async () => {
    const guardrails = { eligible: 'has(traits.country)', eligibleByChannel: { email: 'traits.age >= 18' } };
    const saved = await service().save(programmeSchema.parse({ ...SAMPLE, guardrails }), 0);
    expect(saved.guardrails).toEqual(guardrails);
  });

  it('is refused with the field and the place of every rule that cannot be used', async () => {
    const [first, ...others] = SAMPLE.variants;
    const input = programmeSchema.parse({
      ...SAMPLE,
      variants: [first, { ...others[0], eligible: 'size(traits.age' }, ...others.slice(1)],
      guardrails: { eligible: 'traits.age >', eligibleByChannel: { email: 'plan == "pro"' } },
    });
    await expect(service().save(input, 0)).rejects.toMatchObject({
      status: 422,
      errors: [
        { path: 'guardrails.eligible', message: 'Unexpected token: EOF (character 13)' },
        { path: 'guardrails.eligibleByChannel.email', message: 'Unknown variable: plan (character 1)' },
        { path: 'variants.1.eligible', message: expect.stringMatching(/character 16/) },
      ],
    });
  });

  it.each([
    [{ from: '21:00', fallbackZone: 'UTC' }, ['to']],
    [{ from: '21:00', to: '21:00', fallbackZone: 'UTC' }, ['to']],
    [{ from: '9pm', to: '08:00', fallbackZone: 'UTC' }, ['from']],
    [{ from: '21:00', to: '08:00' }, ['fallbackZone']],
    [{ from: '21:00', to: '08:00', fallbackZone: 'Europe/Springfield' }, ['fallbackZone']],
    [{ fallbackZone: 'UTC', zone: 'timezone' }, ['zone']],
    [{ fallbackZone: 'UTC', allowedDays: [] }, ['allowedDays']],
    [{ fallbackZone: 'UTC', deferHours: 24 }, ['deferHours']],
    [{ fallbackZone: 'UTC', defer: true, deferHours: 169 }, ['deferHours']],
    [{ fallbackZone: 'UTC', blackoutDates: ['2026-02-30'] }, ['blackoutDates', 0]],
  ])('is refused for quiet hours %j at %j', (quietHours, path) => {
    const { error } = programmeSchema.safeParse({ ...SAMPLE, guardrails: { quietHours } });
    expect(error?.issues.map((issue) => issue.path)).toEqual([['guardrails', 'quietHours', ...path]]);
  });

  it('is refused for a rest that lasts longer than contacts are looked at', () => {
    const at = (hours: number) => {
      const guardrails = { suppressAfterIgnored: { count: 2, hours } };
      return programmeSchema.safeParse({ ...SAMPLE, guardrails }).error?.issues[0]?.path;
    };
    expect(at(92 * 24)).toBeUndefined();
    expect(at(92 * 24 + 1)).toEqual(['guardrails', 'suppressAfterIgnored', 'hours']);
  });

  it('is refused where a field is not one of ours', () => {
    const { error } = programmeSchema.safeParse({ ...SAMPLE, guardrails: { eligble: 'true' } });
    expect(error?.issues[0]).toMatchObject({
      code: 'unrecognized_keys',
      keys: ['eligble'],
      path: ['guardrails'],
    });
  });
});

it('takes its prior from programmes that are there and count the same only', async () => {
  const programmes = service();
  await programmes.save(programmeSchema.parse({ ...SAMPLE, id: 'past' }), 0);
  const [first] = SAMPLE.goal.signals;
  const goal = { signals: [{ ...first, signal: 'something else' }] };
  await programmes.save(programmeSchema.parse({ ...SAMPLE, id: 'other', goal }), 0);
  const from = (...priorFrom: string[]) =>
    programmeSchema.parse({ ...SAMPLE, id: 'new', policy: { kind: 'auto', priorFrom } });
  await expect(programmes.save(from('past', 'nowhere', 'new', 'other'), 0)).rejects.toMatchObject({
    status: 422,
    errors: [
      { path: 'policy.priorFrom.1', message: expect.stringMatching(/nowhere/) },
      { path: 'policy.priorFrom.2', message: expect.stringMatching(/not new/) },
      { path: 'policy.priorFrom.3', message: expect.stringMatching(/same signals/) },
    ],
  });
  expect((await programmes.save(from('past'), 0)).policy.priorFrom).toEqual(['past']);
});

it('stays as it was saved last, though an answer that was asked for before comes after it', async () => {
  const store = openMemoryStore();
  await store.saveProgramme(programme(), 0, NOON);
  const before = await store.programmes();
  await store.saveProgramme(programme({ name: 'Newer' }), 1, NOON);
  const late = Promise.withResolvers<typeof before>();
  const answers = [late.promise, store.programmes()];
  const programmes = new Programmes({ ...store, programmes: () => answers.shift()! }, () => NOON);
  const loads = [programmes.load(), programmes.load()];
  await loads[1];
  late.resolve(before);
  await loads[0];
  expect(programmes.get('welcome')).toMatchObject({ version: 2, name: 'Newer' });
});
