import { notFound } from "next/navigation";
import { Counter } from "../../counter";

export const revalidate = 60;

export function generateStaticParams() {
  return [{ id: "1" }, { id: "2" }, { id: "3" }];
}

export default async function Product({ params }) {
  const { id } = await params;
  if (!["1", "2", "3"].includes(id)) notFound();
  return (
    <>
      <h1>Product {id}</h1>
      <Counter />
    </>
  );
}
