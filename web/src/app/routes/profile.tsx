import { createLazyRoute } from '@tanstack/react-router';
import { PageSlot } from '../shell/page-slot';

export const Route = createLazyRoute('/profile')({
  component: () => <PageSlot title="Profile" />,
});
