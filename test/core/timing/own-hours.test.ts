import { expect, it } from 'vitest';
import type { Contact } from '../../../core/contracts/records.ts';
import { zoneOf } from '../../../core/guardrails/zone.ts';
import { ownHours } from '../../../core/timing/own-hours.ts';
import { DAY, HOUR, NOON } from '../../support/programmes.ts';

const contact = (channel: string, at: number): Contact => ({
  ...{ person: 'p', at, decision: `${channel} ${at}`, programme: 'welcome', state: 'sent', send: 'one' },
  channel,
});

it('what is told of one channel is a response to what came on it, not to what came last', () => {
  const contacts = [contact('email', NOON - 3 * DAY), contact('push', NOON - 3 * DAY + 2 * HOUR)];
  const reactions = new Set(['email_opened', 'push_opened', 'Order Completed']);
  const respondedAt = (name: string, send?: string): number[] => {
    const at = NOON - 3 * DAY + 3 * HOUR;
    const signals = [{ source: 's', id: name, person: 'p', values: {}, name, at, send }];
    const { hours } = ownHours({ contacts, signals, reactions, now: NOON }, zoneOf('UTC')!);
    return hours.filter(({ responded }) => responded > 0).map(({ hour }) => hour % 24);
  };
  expect(respondedAt('email_opened')).toEqual([12]);
  expect(respondedAt('push_opened')).toEqual([14]);
  expect(respondedAt('push_opened', 'one')).toEqual([14]);
  expect(respondedAt('Order Completed')).toEqual([14]);
});
