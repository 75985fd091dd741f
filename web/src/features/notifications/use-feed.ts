import { createClient } from '@connectrpc/connect';
import { useTransport } from '@connectrpc/connect-query';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { NotificationService } from '~/gen/plenary/notifications/v1/notification_service_pb';
import { useText } from '~/lib/i18n/text';
import { showToast } from '~/ui/toast';
import { Feed } from './feed';
import { concernsFew, lookOf } from './words';

function pause(length_ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resume) => {
    const timer = setTimeout(resume, length_ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resume();
    });
  });
}

/** The notices of who is signed in, followed for as long as the header shows the bell. */
export function useFeed(): Feed {
  const t = useText();
  const transport = useTransport();
  const queryClient = useQueryClient();
  const feed = useMemo(
    () =>
      new Feed({
        service: createClient(NotificationService, transport),
        wait: pause,
        onNotice: (notice) => {
          showToast(t(lookOf(notice).text, { event: notice.eventTitle }));
          // The page that is open may show what has just changed: a queue, an event that was sent back, a ticket.
          if (concernsFew(notice)) void queryClient.invalidateQueries();
        },
      }),
    [transport, queryClient, t],
  );
  useEffect(() => {
    const leaving = new AbortController();
    void feed.run(leaving.signal);
    return () => leaving.abort();
  }, [feed]);
  return feed;
}
