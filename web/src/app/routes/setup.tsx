import { createLazyRoute } from '@tanstack/react-router';
import { PageSlot } from '../shell/page-slot';

export const Route = createLazyRoute('/setup')({
  component: () => <PageSlot title="Set up Plenary" />,
});
