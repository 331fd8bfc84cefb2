import axios from 'axios';
import type { AxiosRequestConfig, AxiosResponse } from 'axios';
import type { Transport } from '../../core/contracts/destination.ts';
import { Fault } from '../../core/contracts/faults.ts';
import type { HttpRequest, HttpResponse } from '../../core/contracts/http.ts';

/** Time for a whole exchange, in ms. */
export const REQUEST_MS = 15_000;

const MAX_RESPONSE_BYTES = 1024 * 1024;

/**
 * Transport over the network: any status is a response, and a redirect is not followed. Rejects with Fault
 * `unavailable` when no whole response of at most 1 MiB came within `timeoutMs`.
 */
export function axiosTransport(timeoutMs = REQUEST_MS): Transport {
  return async (request) => {
    try {
      return toResponse(await axios.request<string>(configOf(request, timeoutMs)));
    } catch (error) {
      // An axios error carries the request with its credentials: only its code leaves this function.
      throw new Fault('unavailable', `no response: ${codeOf(error)}`);
    }
  };
}

function configOf(request: HttpRequest, timeoutMs: number): AxiosRequestConfig<string> {
  return {
    method: request.method,
    url: request.url,
    headers: request.headers,
    data: request.body === '' ? undefined : request.body,
    timeout: timeoutMs,
    // `timeout` alone does not end a response that trickles in.
    signal: AbortSignal.timeout(timeoutMs),
    maxRedirects: 0,
    proxy: false,
    maxContentLength: MAX_RESPONSE_BYTES,
    responseType: 'text',
    transformRequest: [(body: string) => body],
    transformResponse: [(body: string) => body],
    validateStatus: () => true,
  };
}

function toResponse({ status, headers, data }: AxiosResponse<string>): HttpResponse {
  const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)] as const);
  return { status, headers: Object.fromEntries(named), body: data };
}

function codeOf(error: unknown): string {
  return axios.isAxiosError(error) && error.code !== undefined ? error.code : 'unknown';
}
