import { describe, expect, it } from 'vitest';
import { eventsOf, track } from '../support/segment-events.ts';

describe('a track call', () => {
  it.each([
    ['Email Delivered', 'email_delivered'],
    ['Email Opened', 'email_opened'],
    ['Email Link Clicked', 'email_clicked'],
    ['Email Bounced', 'email_bounced'],
    ['Unsubscribed', 'unsubscribed'],
    ['Email Marked as Spam', 'complained'],
    ['emailOpen', 'email_opened'],
    ['emailClick', 'email_clicked'],
    ['emailBounce', 'email_bounced'],
    ['Product Viewed', 'Product Viewed'],
  ])('%s is the signal %s', (event, name) => {
    expect(eventsOf(track(event))).toMatchObject([{ type: 'signal', id: 'm1', name }]);
  });

  it.each([
    ['Email Opened', { machine_open: true }],
    ['Email Opened', { machine_open: 'true' }],
    ['emailOpen', { isBot: true }],
    ['Email Link Clicked', { is_suspected_bot_click: true }],
    ['smsClick', { isBot: 'true' }],
  ])('%s with %j was made by a machine', (event, properties) => {
    expect(eventsOf(track(event, properties))).toMatchObject([{ machine: true }]);
  });

  it.each([{}, { machine_open: null }, { is_suspected_bot_click: false }, { isBot: 'false' }])(
    'with %j was made by a person',
    (properties) => {
      expect(eventsOf(track('Email Opened', properties))[0]).not.toHaveProperty('machine', true);
    },
  );

  it.each([
    ['HardBounce', 'email_bounced'],
    ['SoftBounce', 'email_blocked'],
    [undefined, 'email_bounced'],
  ])('of a bounce with the state %s is %s', (recipientState, name) => {
    expect(eventsOf(track('emailBounce', { recipientState }))).toMatchObject([{ name }]);
    expect(eventsOf(track('Email Bounced', { recipientState }))).toMatchObject([{ name }]);
  });

  it('keeps finite numbers, also as text', () => {
    const properties = {
      a: 1,
      b: ' -2.5e1 ',
      c: '1e999',
      d: '0x10',
      e: '',
      f: true,
      g: '12 monkeys',
      h: { i: 1 },
    };
    expect(eventsOf(track('A', properties))).toMatchObject([{ values: { a: 1, b: -25 } }]);
    expect(eventsOf(track('A', properties))[0]).toHaveProperty('values', { a: 1, b: -25 });
  });

  it('keeps 50 numbers at most, revenue among them', () => {
    const many = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`n${index}`, index]));
    const [event] = eventsOf(track('Order Completed', { ...many, revenue: 5 }));
    const values = event?.type === 'signal' ? event.values : {};
    expect(Object.keys(values)).toHaveLength(50);
    expect(values.revenue).toBe(5);
  });

  it.each([
    ['Order Completed', { revenue: '1', total: 2, value: 3 }, 1],
    ['Order Completed', { total: 2, value: 3 }, 2],
    ['Order Refunded', { value: 3 }, 3],
    ['Product Viewed', { total: 2 }, undefined],
  ])('%s with %j is worth %s', (name, properties, revenue) => {
    const [event] = eventsOf(track(name, properties));
    expect(event?.type === 'signal' ? event.values.revenue : 'no signal').toBe(revenue);
  });

  it.each([{ dispatch_id: 'd' }, { messageId: 'd' }])('knows its message by %j', (properties) => {
    expect(eventsOf(track('Email Sent', properties))).toMatchObject([{ message: 'd' }]);
    expect(eventsOf(track('Email Sent', properties))[0]).not.toHaveProperty('send');
  });

  it('names its order', () => {
    expect(eventsOf(track('Order Completed', { order_id: 50314 }))).toMatchObject([{ orderId: '50314' }]);
  });

  it.each([
    ['its own property', { decision_id: 'dec_1', url: '/?did=dec_2' }, {}],
    ['its url', { url: 'https://shop.example/a?x=1&did=dec_1' }, {}],
    ['a relative url', { url: '/a?did=dec_1' }, {}],
    ['the link that was clicked', { link_url: 'https://shop.example/?did=dec_1' }, {}],
    [
      'the page',
      { url: 'http://[broken' },
      { context: { page: { url: 'https://shop.example/?did=dec_1' } } },
    ],
  ])('finds the decision in %s', (_place, properties, more) => {
    expect(eventsOf(track('A', properties, more))).toMatchObject([{ decisionId: 'dec_1' }]);
  });
});
