import { createLazyRoute } from '@tanstack/react-router';
import { EditorPage } from '~/features/organize/editor-page';
import { NotFoundPage } from '../shell/not-found';

export const Route = createLazyRoute('/organize/events/$eventId')({
  component: EditorPage,
  notFoundComponent: NotFoundPage,
});
