import { createLazyRoute } from '@tanstack/react-router';
import { EditorPage } from '~/features/organize/editor-page';

export const Route = createLazyRoute('/organize/events/$eventId')({ component: EditorPage });
