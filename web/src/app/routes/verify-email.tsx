import { createLazyRoute } from '@tanstack/react-router';
import { PageSlot } from '../shell/page-slot';

export const Route = createLazyRoute('/verify-email')({
  component: () => <PageSlot title="Confirm your email" />,
});
