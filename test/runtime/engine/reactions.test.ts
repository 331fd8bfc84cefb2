import { expect, it } from 'vitest';
import { again, isComplete } from '../../../core/decide/again.ts';
import type { DomainEvent } from '../../../core/domain/event.ts';
import { RESPONSES } from '../../../core/domain/feature.ts';
import { liveOf } from '../../../runtime/engine/live.ts';
import { brazeCurrents } from '../../../webhooks/braze-currents/index.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { HOUR, programme, variant } from '../../support/programmes.ts';
import { eventsOf, post } from '../../support/segment-events.ts';

type Told = (id: string, at: number) => DomainEvent[];

const currents =
  (type: string, properties: object = {}): Told =>
  (id, at) => {
    const event = { event_type: `users.messages.${type}`, id, time: at / 1000, properties };
    const user = { user_id: 'braze of u', external_user_id: 'u' };
    const request = { ...post({ events: [{ ...event, user }] }), receivedAt: at };
    return brazeCurrents.parse(brazeCurrents.verify(request, {})).events;
  };

const segment =
  (event: string): Told =>
  (messageId, at) =>
    eventsOf({ type: 'track', messageId, userId: 'u', event }).map((own) => ({ ...own, at }));

const NEWSLETTER = segment('Email Opened');

it.each<[channel: string, what: string, answered: boolean, told: Told]>([
  ['push', 'an open in Currents', true, currents('pushnotification.Open')],
  ['push', 'a tap in a CDP', true, segment('Push Notification Tapped')],
  ['push', 'a newsletter', false, NEWSLETTER],
  ['sms', 'a click in Currents', true, currents('sms.ShortLinkClick')],
  ['sms', 'a bot', false, currents('sms.ShortLinkClick', { is_suspected_bot_click: true })],
  ['sms', 'a click told by Iterable', true, segment('smsClick')],
  ['sms', 'a newsletter', false, NEWSLETTER],
  ['in-app', 'a click', true, currents('inappmessage.Click')],
  ['content-card', 'a click', true, currents('contentcard.Click')],
  ['whatsapp', 'that it was read', true, currents('whatsapp.Read')],
  ['email', 'a newsletter', true, NEWSLETTER],
])('two messages on %s after %s: answered %s', async (channel, _, answered, told) => {
  const context = {
    last: { type: 'category' as const, values: [...RESPONSES], from: 'lastResponse' as const },
  };
  const own = programme({
    context,
    policy: { kind: 'linear-thompson' },
    variants: [variant('a', { channel })],
    guardrails: { suppressAfterIgnored: { count: 2, hours: 240 } },
  });
  const rig = await engineRig({ programmes: [own] });
  for (const send of ['first', 'second']) {
    expect((await rig.decide({ userId: 'u' }, { send })).reason).not.toBe('guardrail');
    rig.clock.now += HOUR;
  }
  await rig.engine.ingest(told('opened', rig.clock.now));
  rig.clock.now += HOUR;
  const third = await rig.decide({ userId: 'u' }, { send: 'third' });
  expect(third.dropped.map(({ rule }) => rule)).toEqual(answered ? [] : ['suppression']);
  expect(third.context.last === 'ignored').toBe(!answered);
  if (!isComplete(third)) throw new Error('the decision kept too little to be made again');
  expect(again(third, liveOf(own, rig.catalogue.model('welcome'))).dropped).toEqual(third.dropped);
});
