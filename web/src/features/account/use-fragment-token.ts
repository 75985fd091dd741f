import { useLocation } from '@tanstack/react-router';

/** The secret of a mailed link. It is in the fragment, which browsers send to nobody. Undefined without one. */
export function useFragmentToken(): string | undefined {
  const hash = useLocation({ select: (location) => location.hash });
  // Links may say #token or #token=…
  const token = hash.replace(/^#/, '').replace(/^token=/, '');
  return token ? decodeURIComponent(token) : undefined;
}
