import { CONTACT_SIGNALS } from '../../../core/domain/contact-signals.ts';
import { approvalObjection } from '../../../core/guardrails/approval.ts';
import type { Check } from './finding.ts';

/** Guardrails of channels that no variant has: most often a channel that is spelt in two ways. */
export const channels: Check = ({ guardrails, variants }) => {
  const used = new Set(variants.map(({ channel }) => channel));
  const named: [path: string, channel: string][] = [
    ...Object.keys(guardrails.consent ?? {}).map((name): [string, string] => [`consent.${name}`, name]),
    ...Object.keys(guardrails.eligibleByChannel ?? {}).map((name): [string, string] => {
      return [`eligibleByChannel.${name}`, name];
    }),
    ...(guardrails.caps ?? []).flatMap(({ channel }, i): [string, string][] =>
      channel === undefined ? [] : [[`caps.${i}.channel`, channel]],
    ),
    ...(guardrails.quietHours?.channels ?? []).map((name, i): [string, string] => [
      `quietHours.channels.${i}`,
      name,
    ]),
  ];
  const fix = `Use one of the channels of the variants (${[...used].join(', ')}), or leave it out.`;
  return named
    .filter(([, channel]) => !used.has(channel))
    .map(([path, channel]) => ({
      code: 'channel-without-variants',
      path: `guardrails.${path}`,
      message: `No variant is sent on ${channel}.`,
      fix,
    }));
};

/** Channels by the letters of their names alone. */
const lettersOf = (channel: string): string => channel.toLowerCase().replace(/[^a-z]/g, '');

/** Channels that platforms call otherwise: what closes them, and contacts that other tools make, would not be seen. */
export const spelling: Check = ({ variants }) => {
  const reported = new Set([...CONTACT_SIGNALS.values()].map(({ channel }) => channel));
  const byLetters = new Map([...reported].map((channel) => [lettersOf(channel), channel]));
  return variants.flatMap(({ channel }, i) => {
    const meant = byLetters.get(lettersOf(channel));
    if (meant === undefined || meant === channel) return [];
    return {
      code: 'channel-spelling',
      path: `variants.${i}.channel`,
      message: `Platforms report on ${meant}, not on ${channel}: unsubscriptions and other contacts would not count.`,
      fix: `Call the channel ${meant}.`,
    };
  });
};

/** Channels for which nobody asks for consent where it is asked for on others. */
export const consent: Check = ({ guardrails, variants }) => {
  const asked = guardrails.consent;
  if (!asked || Object.keys(asked).length === 0) return [];
  const open = new Set(
    variants.map(({ channel }) => channel).filter((channel) => !Object.hasOwn(asked, channel)),
  );
  return [...open].map((channel) => ({
    code: 'channel-without-consent',
    path: 'guardrails.consent',
    message: `Consent is asked for on ${Object.keys(asked).join(', ')} and not on ${channel}.`,
    fix: `Name the purpose of ${channel} too, if consent is needed there.`,
  }));
};

export const approvals: Check = ({ variants }) =>
  variants.every((variant) => approvalObjection(variant))
    ? [
        {
          code: 'nothing-approved',
          path: 'variants',
          message: 'No variant is approved: nothing can be sent.',
          fix: 'Approve a variant: POST /v1/programmes/{id}/variants/{variant}/approve.',
        },
      ]
    : [];
