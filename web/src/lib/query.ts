import { QueryClient } from '@tanstack/react-query';
import { toProblem } from '~/lib/problem/problem';

const MAX_RETRIES = 2;
const FRESH_MS = 30_000;

/** Reads are tried again only where that can help; commands never by themselves, they carry a request_id instead. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: FRESH_MS,
        retry: (failures, error) => failures < MAX_RETRIES && toProblem(error).transient,
        retryDelay: (failures, error) => toProblem(error).retryAfter ?? 500 * 2 ** failures,
      },
      // Without a network a command fails at once, in words; held back, it would turn and turn, and happen when nobody
      // expects it any more.
      mutations: { retry: false, networkMode: 'always' },
    },
  });
}
