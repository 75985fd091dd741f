import { createLazyRoute } from '@tanstack/react-router';
import { PageSlot } from '../shell/page-slot';

export const Route = createLazyRoute('/organize')({
  component: () => <PageSlot title="Organize" />,
});
