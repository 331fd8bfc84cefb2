/** One request of the mix. */
export interface Asked {
  method: 'GET' | 'POST';
  path: string;
  body?: string;
}

/** Request number `n` (from 1): three decisions for people not seen before, then an event about the last of them. */
export function mixed(round: string, n: number): Asked {
  if (n % 4 !== 0) {
    const path = `/v1/braze/decide?programme=welcome&user=${round}-${n}&send=s1&campaign=c1`;
    return { method: 'GET', path };
  }
  const person = { userId: `${round}-${n - 1}` };
  const event = { type: 'signal', id: `${round}-${n}`, name: 'Order Completed', person };
  return { method: 'POST', path: '/v1/events', body: JSON.stringify({ events: [event] }) };
}
