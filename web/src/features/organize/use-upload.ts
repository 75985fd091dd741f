import { useMutation } from '@connectrpc/connect-query';
import { useState } from 'react';
import { EventService } from '~/gen/plenary/events/v1/event_service_pb';
import { useText } from '~/lib/i18n/text';
import { toProblem } from '~/lib/problem/problem';

export const PICTURE_KINDS = ['image/png', 'image/jpeg', 'image/webp'];
export const PICTURE_LIMIT_BYTES = 4 * 1024 * 1024;

export interface Upload {
  take: (file: File) => void;
  busy: boolean;
  error: string | undefined;
  setError: (error: string | undefined) => void;
}

/** Stores a picture for an event and hands over its id. */
export function useUpload(eventId: string, onStored: (imageId: string) => void): Upload {
  const t = useText();
  const [error, setError] = useState<string>();
  const upload = useMutation(EventService.method.uploadEventImage);
  const store = async (file: File) => {
    setError(undefined);
    try {
      const content = new Uint8Array(await file.arrayBuffer());
      const { image } = await upload.mutateAsync({ eventId, content });
      if (image) onStored(image.id);
    } catch (refusal) {
      setError(t(toProblem(refusal).title));
    }
  };
  return { take: (file) => void store(file), busy: upload.isPending, error, setError };
}
