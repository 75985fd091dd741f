import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Providers } from '~/app/providers';
import { createAppRouter } from '~/app/router';
import { applyRequestedLocale } from '~/lib/i18n/locale';
import { keepFocus } from '~/lib/keep-focus';
import { createQueryClient } from '~/lib/query';
import { session } from '~/lib/session/browser';
import { createTransport } from '~/lib/transport';
import '~/ui/base.css';

/** After a deployment, an open page asks for chunks that are gone: load the new one, but never in a circle. */
function reloadOnMissingChunk(): void {
  const KEY = 'plenary.reloaded-at';
  const QUIET_MS = 60_000;
  window.addEventListener('vite:preloadError', (event) => {
    const last = Number(sessionStorage.getItem(KEY) ?? 0);
    if (event.timeStamp + performance.timeOrigin - last < QUIET_MS) return;
    sessionStorage.setItem(KEY, String(event.timeStamp + performance.timeOrigin));
    event.preventDefault();
    location.reload();
  });
}

async function start(): Promise<void> {
  reloadOnMissingChunk();
  const root = document.getElementById('root');
  if (!root) throw new Error('index.html has an element with the id "root"');
  await applyRequestedLocale(location.search);
  const queryClient = createQueryClient();
  const transport = createTransport(session);
  const router = createAppRouter({ session, queryClient, transport });
  void session.restore();
  keepFocus(document);
  window.addEventListener('online', () => void session.restore());
  createRoot(root).render(
    <StrictMode>
      <Providers {...{ session, queryClient, transport, router }} />
    </StrictMode>,
  );
}

void start();
