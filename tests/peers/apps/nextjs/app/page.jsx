import { Counter } from "./counter";

export default function Home() {
  return (
    <>
      <h1>A small shop</h1>
      <img src="/images/hero.webp" width="320" height="180" alt="Our window" fetchPriority="high" />
      <Counter />
    </>
  );
}
