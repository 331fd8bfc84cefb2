import type { Answer } from '../../core/contracts/answer.ts';
import type { Reply } from '../../core/contracts/http.ts';

/**
 * Always 200 with a JSON object, silence included: Braze fills `__http_status_code__` only for a JSON object with a
 * 2xx status, and 408, 429 and 5xx feed a breaker shared by every path of the host.
 * Source: https://www.braze.com/docs/help/help_articles/api/webhook_connected_content_errors, read 2026-11-22
 */
export function render(answer: Answer): Reply {
  return { status: 200, body: answer };
}

/**
 * The Connected Content tag, ready to paste at the top of a message field. It prints nothing: the only line breaks are
 * inside the tag itself, where Braze allows them, so it fits a subject line too.
 *
 * Saved variables live in one field only, so the same text goes into every field. The identical GET URL then lets the
 * cache of Braze answer the HTML, plain-text and AMP passes; hence no `:no_cache`. The person is in the URL because
 * the cache key is the URL alone, the key in a header because Braze keeps URLs in its logs for 30 days.
 * Source: https://www.braze.com/docs/user_guide/personalization_and_dynamic_content/connected_content, read 2026-11-22
 *
 * No answer aborts the message like silence does: only an answer proves that consent and caps were checked.
 */
export function tag(programme: string, base: string, key: string): string {
  const url =
    `${base.replace(/\/+$/, '')}/v1/braze/decide?programme=${encodeURIComponent(programme)}` +
    '&user={{${user_id} | url_param_escape}}&braze={{${braze_id}}}' +
    '&campaign={{campaign.${api_id}}}&message={{campaign.${message_api_id}}}' +
    '&canvas={{canvas.${api_id}}}&send={{campaign.${dispatch_id}}}';
  const call = [
    `{% connected_content ${url}`,
    `   :headers {"X-Api-Key": ${JSON.stringify(key)}}`,
    '   :save pickwell %}',
  ];
  const outcome = [
    "{% if pickwell.__http_status_code__ != 200 %}{% abort_message('Pickwell gave no answer') %}",
    "{% elsif pickwell.action == 'silence' %}{% abort_message('Pickwell chose not to send') %}",
    '{% elsif pickwell.decision_id %}{% message_extras :key decision_id :value {{pickwell.decision_id}} %}{% endif %}',
  ];
  return call.join('\n') + outcome.join('');
}
