import type { Answer } from '../../core/contracts/answer.ts';
import type { Reply } from '../../core/contracts/http.ts';

/**
 * Always 200 with a JSON object, silence included: any other status skips the send with `DataFeedError`.
 * Source: https://support.iterable.com article 360021169631, read 2026-11-22
 */
export function render(answer: Answer): Reply {
  return { status: 200, body: answer };
}

/**
 * Data feed URL and header. The campaign is a literal of the marketer's choice, because whether `{{campaignId}}` is
 * filled in a feed URL is not documented; the key is in a header, because URLs are logged.
 * Source: https://support.iterable.com article 45728211053332, read 2026-11-22
 */
export function feed(programme: string, base: string, key: string): string {
  const url =
    `${base.replace(/\/+$/, '')}/v1/iterable/feed?programme=${encodeURIComponent(programme)}` +
    '&user={{#urlEncode}}{{userId}}{{/urlEncode}}&campaign=CAMPAIGN';
  return [
    `URL:    ${url}`,
    `Header: X-Api-Key: ${key}`,
    '',
    'Put a name of your own in place of CAMPAIGN: another name is another send, with its own decision.',
    'Give the template the feed and switch on merging of the feed into the user context.',
  ].join('\n');
}

/**
 * First line of a template that uses the feed: silence has no content and skips the send.
 * UNVERIFIED: the `sendSkip` helper could not be confirmed in the documentation that was read; its title says to try it.
 */
export function skipOnSilence(): string {
  return '{{#unless content}}{{sendSkip cause="Pickwell chose not to send"}}{{/unless}}';
}
