package main

import (
	"os"

	"github.com/guregu/dynamo/v2"
)

// guregu is the program as the library guregu/dynamo has it.
func guregu() {
	type row struct {
		PK   string `dynamo:"pk,hash"`
		SK   int    `dynamo:"sk,range"`
		Kind string `dynamo:"kind,omitempty" index:"by_kind,hash"`
		N    int
		Tags []string `dynamo:",set,omitempty"`
	}
	db := dynamo.NewFromIface(clientAt("DYNAPG_ENDPOINT"))
	table := db.Table(os.Getenv("CLIENT_TABLE"))
	printVersion("github.com/guregu/dynamo/v2")

	step("tables", func() {
		check(db.CreateTable(table.Name(), row{}).OnDemand(true).Wait(ctx))
		equal(must(table.Describe().Run(ctx)).GSI[0].Name, "by_kind")
	})
	step("items", func() {
		whole := row{PK: "a", SK: 1, Kind: "k", N: 7, Tags: []string{"x", "y"}}
		check(table.Put(whole).Run(ctx))
		var found row
		check(table.Get("pk", "a").Range("sk", dynamo.Equal, 1).One(ctx, &found))
		equal(found, whole)
		check(table.Update("pk", "a").Range("sk", 1).Add("N", 3).Value(ctx, &found))
		equal(found.N, 10)
		check(table.Delete("pk", "a").Range("sk", 1).Run(ctx))
	})
	step("conditions", func() {
		check(table.Put(row{PK: "once", SK: 1, N: 1}).If("attribute_not_exists(pk)").Run(ctx))
		err := table.Put(row{PK: "once", SK: 1, N: 2}).If("attribute_not_exists(pk)").Run(ctx)
		equal(dynamo.IsCondCheckFailed(err), true)
		err = table.Update("pk", "once").Range("sk", 1).Set("N", 3).If("N = ?", 2).Run(ctx)
		equal(dynamo.IsCondCheckFailed(err), true)
	})
	step("errors", func() {
		var found row
		equal(table.Get("pk", "none").Range("sk", dynamo.Equal, 1).One(ctx, &found), dynamo.ErrNotFound)
		err := table.Put(row{PK: "once", SK: 1}).If("attribute_not_exists(pk)").Run(ctx)
		equal(dynamo.IsCondCheckFailed(err), true)
	})
	step("batches", func() {
		var rows []any
		for i := 1; i <= 30; i++ {
			rows = append(rows, row{PK: "page", SK: i, Kind: "paged"})
		}
		equal(must(table.Batch("pk", "sk").Write().Put(rows...).Run(ctx)), 30)
		var found []row
		check(table.Batch("pk", "sk").Get(dynamo.Keys{"page", 1}, dynamo.Keys{"page", 30}).All(ctx, &found))
		equal(len(found), 2)
	})
	step("paging", func() {
		var found []row
		check(table.Get("pk", "page").SearchLimit(7).All(ctx, &found))
		equal(len(found), 7)
		next, err := table.Get("pk", "page").SearchLimit(7).AllWithLastEvaluatedKey(ctx, &found)
		check(err)
		check(table.Get("pk", "page").StartFrom(next).All(ctx, &found))
		equal(len(found), 23+14)
		count := must(table.Get("kind", "paged").Index("by_kind").Count(ctx))
		equal(count, 30)
	})
	step("transactions", func() {
		check(db.WriteTx().Put(table.Put(row{PK: "t", SK: 1})).Update(table.Update("pk", "t").Range("sk", 2).Set("N", 5)).Idempotent(true).Run(ctx))
		err := db.WriteTx().Put(table.Put(row{PK: "t", SK: 3})).Check(table.Check("pk", "t").Range("sk", 2).If("N = ?", 6)).Run(ctx)
		equal(dynamo.IsCondCheckFailed(err), true)
		var one, two row
		check(db.GetTx().GetOne(table.Get("pk", "t").Range("sk", dynamo.Equal, 1), &one).GetOne(table.Get("pk", "t").Range("sk", dynamo.Equal, 2), &two).Run(ctx))
		equal(two.N, 5)
	})
	step("ttl", func() {
		check(table.UpdateTTL("expires", true).Run(ctx))
		equal(must(table.DescribeTTL().Run(ctx)).Attribute, "expires")
	})
	step("waiters", func() {
		check(table.DeleteTable().Wait(ctx))
	})
}
