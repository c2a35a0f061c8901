export const revalidate = 60;

export default function Products() {
  return (
    <>
      <h1>Products</h1>
      <ul>
        {[1, 2, 3].map((id) => (
          <li key={id}>
            <a href={`/products/${id}`}>Product {id}</a>
          </li>
        ))}
      </ul>
      <p>Rendered at {new Date().toISOString()}</p>
    </>
  );
}
