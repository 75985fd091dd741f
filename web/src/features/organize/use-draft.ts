import { createClient } from '@connectrpc/connect';
import { useTransport } from '@connectrpc/connect-query';
import { useEffect, useState } from 'react';
import type { Event } from '~/gen/plenary/events/v1/event_pb';
import { EventService } from '~/gen/plenary/events/v1/event_service_pb';
import { EventDraft } from './draft';
import { useEventsChanged } from './use-events-changed';

/** The editor's draft of an event, for as long as its page is open. Mount it anew for another event. */
export function useDraft(event: Event): EventDraft {
  const transport = useTransport();
  const onSaved = useEventsChanged();
  const [draft] = useState(
    () =>
      new EventDraft(event, {
        service: createClient(EventService, transport),
        after: (pause_ms, act) => {
          const timer = setTimeout(act, pause_ms);
          return () => clearTimeout(timer);
        },
        onSaved,
      }),
  );
  useEffect(() => draft.adopt(event), [draft, event]);
  useEffect(() => {
    const warn = (leaving: BeforeUnloadEvent) => {
      if (!draft.unsaved) return;
      void draft.flush();
      leaving.preventDefault();
    };
    const online = () => {
      if (draft.unsaved) void draft.flush();
    };
    window.addEventListener('beforeunload', warn);
    window.addEventListener('online', online);
    return () => {
      window.removeEventListener('beforeunload', warn);
      window.removeEventListener('online', online);
      void draft.flush();
    };
  }, [draft]);
  return draft;
}
