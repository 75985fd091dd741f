import {
  createMemoryHistory,
  createRootRoute,
  createRouter,
  RouterProvider,
} from '@tanstack/react-router';
import type { Stories } from './gallery/story';
import { PageHeader } from './layout';
import { ButtonLink, TextLink } from './link';
import { VisuallyHidden } from './visually-hidden';

/** Links need a router around them; this one goes nowhere. */
function Links() {
  const root = createRootRoute({
    component: () => (
      <p>
        <TextLink to="/">A link in text</TextLink>,{' '}
        <TextLink to="/" look="quiet">
          a quiet one
        </TextLink>{' '}
        and{' '}
        <ButtonLink to="/" icon="arrowRight">
          one like a button
        </ButtonLink>
      </p>
    ),
  });
  const router = createRouter({ routeTree: root, history: createMemoryHistory() });
  return <RouterProvider router={router as never} />;
}

export const stories: Stories = {
  title: 'Foundation',
  states: {
    'page header': () => (
      <PageHeader
        eyebrow="Nordic Rust Group"
        title="An evening on ownership"
        lead="Three talks, one stage, and time for your questions."
      />
    ),
    type: () => (
      <div>
        <h1>The stage first</h1>
        <h2>Then the panel beside it</h2>
        <h3>And what stands in it</h3>
        <p>
          Body text is sixteen pixels on a line of twenty-five, in a measure that the eye can hold.
          <VisuallyHidden> Only heard.</VisuallyHidden>
        </p>
      </div>
    ),
    links: Links,
  },
};
