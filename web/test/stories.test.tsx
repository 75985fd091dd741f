import { render, waitFor } from '@testing-library/react';
import { expect, it } from 'vitest';
import { allStories } from '~/ui/gallery/all-stories';
import { axeFindings } from './axe';

const states = allStories.flatMap(({ title, states }) =>
  Object.entries(states).map(([name, State]) => ({ name: `${title}: ${name}`, State })),
);

it.each(states)('$name has nothing that axe objects to', async ({ State }) => {
  const { container } = render(<State />);
  await waitFor(() => {
    expect(container.textContent || container.querySelector('[aria-label]')).toBeTruthy();
  });
  expect(await axeFindings(container)).toEqual([]);
});
