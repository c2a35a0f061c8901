export default async function Search({ searchParams }) {
  const { q = "" } = await searchParams;
  return <h1>Found for “{q}”</h1>;
}
