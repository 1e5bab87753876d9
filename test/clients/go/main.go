// main.go - the clients' program in Go: the SDK's low-level client, and the library guregu/dynamo.
//
//	main sdk | guregu
//
// Each step prints "ok: STEP"; the first difference ends the program with status 1.  docs/clients.md says what the steps are.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streams "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/aws/smithy-go"
)

var ctx = context.Background()

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func must[T any](value T, err error) T {
	check(err)
	return value
}

func equal(found, expected any) {
	if !reflect.DeepEqual(found, expected) {
		panic(fmt.Sprintf("expected %#v, found %#v", expected, found))
	}
}

func step(name string, run func()) {
	defer func() {
		if problem := recover(); problem != nil {
			fmt.Printf("FAILED: %s\n%v\n%s", name, problem, debug.Stack())
			os.Exit(1)
		}
	}()
	run()
	fmt.Println("ok:", name)
}

// printVersion prints the version of the module at that path.
func printVersion(path string) {
	info, _ := debug.ReadBuildInfo()
	for _, module := range info.Deps {
		if module.Path == path {
			fmt.Println("version:", module.Version)
		}
	}
}

func clientAt(variable string) *dynamodb.Client {
	return dynamodb.NewFromConfig(must(config.LoadDefaultConfig(ctx)), func(o *dynamodb.Options) {
		o.BaseEndpoint = aws.String(os.Getenv(variable))
	})
}

type item = map[string]types.AttributeValue

func str(value string) types.AttributeValue { return &types.AttributeValueMemberS{Value: value} }

func num(value int) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.Itoa(value)}
}

func key(pk string, sk int) item { return item{"pk": str(pk), "sk": num(sk)} }

func with(base item, name string, value types.AttributeValue) item {
	result := item{name: value}
	for other, its := range base {
		result[other] = its
	}
	return result
}

// code is the error's name as the service gave it.
func code(err error) string {
	var api smithy.APIError
	if !errors.As(err, &api) {
		panic(fmt.Sprintf("no error of the service: %v", err))
	}
	return api.ErrorCode()
}

func main() {
	if os.Args[1] == "guregu" {
		guregu()
	} else {
		sdk()
	}
}

func sdk() {
	db := clientAt("DYNAPG_ENDPOINT")
	table := aws.String(os.Getenv("CLIENT_TABLE"))
	printVersion("github.com/aws/aws-sdk-go-v2/service/dynamodb")

	create := &dynamodb.CreateTableInput{
		TableName:   table,
		BillingMode: types.BillingModePayPerRequest,
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String("pk"), KeyType: types.KeyTypeHash}, {AttributeName: aws.String("sk"), KeyType: types.KeyTypeRange}},
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("pk"), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: aws.String("sk"), AttributeType: types.ScalarAttributeTypeN},
			{AttributeName: aws.String("kind"), AttributeType: types.ScalarAttributeTypeS}},
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{
			IndexName: aws.String("by_kind"),
			KeySchema: []types.KeySchemaElement{
				{AttributeName: aws.String("kind"), KeyType: types.KeyTypeHash}, {AttributeName: aws.String("sk"), KeyType: types.KeyTypeRange}},
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll}}},
		StreamSpecification: &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewTypeNewAndOldImages},
	}
	step("tables", func() {
		equal(must(db.CreateTable(ctx, create)).TableDescription.TableStatus, types.TableStatusCreating)
		check(dynamodb.NewTableExistsWaiter(db).Wait(ctx, &dynamodb.DescribeTableInput{TableName: table}, 20*time.Second))
		found := must(db.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: table})).Table
		equal(found.TableStatus, types.TableStatusActive)
		equal(found.GlobalSecondaryIndexes[0].IndexStatus, types.IndexStatusActive)
		equal(found.BillingModeSummary.BillingMode, types.BillingModePayPerRequest)
		names := must(db.ListTables(ctx, &dynamodb.ListTablesInput{})).TableNames
		equal(contains(names, *table), true)
	})

	step("items", func() {
		whole := with(key("types", 1), "kind", str("k"))
		whole["s"] = str("zażółć \U0001f30d \\ \"")
		whole["n"] = &types.AttributeValueMemberN{Value: "0.000000000000000000000000000001"}
		whole["b"] = &types.AttributeValueMemberB{Value: []byte{0, 255, 128}}
		whole["bool"] = &types.AttributeValueMemberBOOL{Value: true}
		whole["null"] = &types.AttributeValueMemberNULL{Value: true}
		whole["l"] = &types.AttributeValueMemberL{Value: []types.AttributeValue{num(1), &types.AttributeValueMemberM{Value: item{}}}}
		whole["m"] = &types.AttributeValueMemberM{Value: item{"a": str("")}}
		whole["ss"] = &types.AttributeValueMemberSS{Value: []string{"a", "b"}}
		whole["ns"] = &types.AttributeValueMemberNS{Value: []string{"10"}}
		whole["bs"] = &types.AttributeValueMemberBS{Value: [][]byte{{1}}}
		must(db.PutItem(ctx, &dynamodb.PutItemInput{TableName: table, Item: whole}))
		found := must(db.GetItem(ctx, &dynamodb.GetItemInput{TableName: table, Key: key("types", 1), ConsistentRead: aws.Bool(true)}))
		equal(found.Item, whole)
		updated := must(db.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: table, Key: key("types", 1),
			UpdateExpression: aws.String("SET #c = if_not_exists(#c, :zero) + :one REMOVE s"), ExpressionAttributeNames: map[string]string{"#c": "count"},
			ExpressionAttributeValues: item{":zero": num(0), ":one": num(1)}, ReturnValues: types.ReturnValueUpdatedNew}))
		equal(updated.Attributes, item{"count": num(1)})
		deleted := must(db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: table, Key: key("types", 1), ReturnValues: types.ReturnValueAllOld}))
		equal(deleted.Attributes["count"], num(1))
		equal(must(db.GetItem(ctx, &dynamodb.GetItemInput{TableName: table, Key: key("types", 1)})).Item == nil, true)
	})

	step("conditions", func() {
		put := &dynamodb.PutItemInput{TableName: table, Item: with(key("once", 1), "a", str("first")),
			ConditionExpression: aws.String("attribute_not_exists(pk)"), ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld}
		must(db.PutItem(ctx, put))
		put.Item = with(key("once", 1), "a", str("second"))
		_, err := db.PutItem(ctx, put)
		var failed *types.ConditionalCheckFailedException
		equal(errors.As(err, &failed), true)
		equal(failed.ErrorMessage(), "The conditional request failed")
		equal(failed.Item["a"], str("first"))
	})

	step("errors", func() {
		_, err := db.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String("clients_nowhere"), Key: key("a", 1)})
		var missing *types.ResourceNotFoundException
		equal(errors.As(err, &missing), true)
		equal(missing.ErrorMessage(), "Requested resource not found")
		_, err = db.CreateTable(ctx, create)
		var taken *types.ResourceInUseException
		equal(errors.As(err, &taken), true)
		_, err = db.GetItem(ctx, &dynamodb.GetItemInput{TableName: table, Key: item{"pk": str("a")}})
		equal(code(err), "ValidationException")
		var api smithy.APIError
		errors.As(err, &api)
		equal(api.ErrorMessage(), "The provided key element does not match the schema")
		equal(api.ErrorFault(), smithy.FaultUnknown)
	})

	step("batches", func() {
		var writes []types.WriteRequest
		for i := 1; i <= 25; i++ {
			writes = append(writes, types.WriteRequest{PutRequest: &types.PutRequest{Item: with(key("page", i), "kind", str([]string{"even", "odd"}[i%2]))}})
		}
		written := must(db.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{*table: writes}}))
		equal(len(written.UnprocessedItems), 0)
		large := os.Getenv("CLIENT_LARGE_TABLE")
		var keys []item
		for i := 1; i <= 60; i++ {
			keys = append(keys, item{"pk": str(strconv.Itoa(i))})
		}
		calls, seen := 0, map[string]bool{}
		for request := map[string]types.KeysAndAttributes{large: {Keys: keys}}; len(request) > 0; calls++ {
			reply := must(db.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: request}))
			for _, found := range reply.Responses[large] {
				seen[found["pk"].(*types.AttributeValueMemberS).Value] = true
			}
			request = reply.UnprocessedKeys
		}
		equal(len(seen), 60)
		equal(calls, 2)
	})

	step("paging", func() {
		pages := dynamodb.NewQueryPaginator(db, &dynamodb.QueryInput{TableName: table, KeyConditionExpression: aws.String("pk = :p AND sk > :s"),
			ExpressionAttributeValues: item{":p": str("page"), ":s": num(5)}, Limit: aws.Int32(8), ScanIndexForward: aws.Bool(false)})
		var counts, order []int
		for pages.HasMorePages() {
			page := must(pages.NextPage(ctx))
			counts = append(counts, int(page.Count))
			for _, found := range page.Items {
				order = append(order, must(strconv.Atoi(found["sk"].(*types.AttributeValueMemberN).Value)))
			}
		}
		equal(counts, []int{8, 8, 4})
		equal([]int{order[0], order[19]}, []int{25, 6})
		index := dynamodb.NewQueryPaginator(db, &dynamodb.QueryInput{TableName: table, IndexName: aws.String("by_kind"),
			KeyConditionExpression: aws.String("kind = :k"), ExpressionAttributeValues: item{":k": str("odd")}, Limit: aws.Int32(5)})
		total := 0
		for index.HasMorePages() {
			total += int(must(index.NextPage(ctx)).Count)
		}
		equal(total, 13)
		scan := dynamodb.NewScanPaginator(db, &dynamodb.ScanInput{TableName: table, FilterExpression: aws.String("attribute_exists(kind)"), Limit: aws.Int32(10)})
		for total = 0; scan.HasMorePages(); {
			total += int(must(scan.NextPage(ctx)).Count)
		}
		equal(total, 25)
	})

	step("transactions", func() {
		add := types.TransactWriteItem{Update: &types.Update{TableName: table, Key: key("t", 1), UpdateExpression: aws.String("ADD n :one"),
			ExpressionAttributeValues: item{":one": num(1)}}}
		must(db.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
			add, {Put: &types.Put{TableName: table, Item: key("t", 2)}}}}))
		_, err := db.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
			{Put: &types.Put{TableName: table, Item: key("t", 3)}},
			{ConditionCheck: &types.ConditionCheck{TableName: table, Key: key("t", 1), ConditionExpression: aws.String("n > :one"),
				ExpressionAttributeValues: item{":one": num(1)}, ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld}}}})
		var canceled *types.TransactionCanceledException
		equal(errors.As(err, &canceled), true)
		equal(*canceled.CancellationReasons[0].Code, "None")
		equal(*canceled.CancellationReasons[1].Code, "ConditionalCheckFailed")
		equal(canceled.CancellationReasons[1].Item["n"], num(1))
		read := must(db.TransactGetItems(ctx, &dynamodb.TransactGetItemsInput{TransactItems: []types.TransactGetItem{
			{Get: &types.Get{TableName: table, Key: key("t", 1)}}, {Get: &types.Get{TableName: table, Key: key("t", 3)}}}}))
		equal(read.Responses[0].Item["n"], num(1))
		equal(len(read.Responses[1].Item), 0)
	})

	step("partiql", func() {
		run := func(statement string, parameters ...types.AttributeValue) []map[string]types.AttributeValue {
			return must(db.ExecuteStatement(ctx, &dynamodb.ExecuteStatementInput{Statement: aws.String(fmt.Sprintf(statement, *table)), Parameters: parameters})).Items
		}
		run(`INSERT INTO "%s" VALUE {'pk': ?, 'sk': ?, 'a': 'b'}`, str("ql"), num(1))
		equal(run(`SELECT a FROM "%s" WHERE pk = ? AND sk = ?`, str("ql"), num(1)), []item{{"a": str("b")}})
		equal(run(`UPDATE "%s" SET a = 'c' WHERE pk = 'ql' AND sk = 1 RETURNING MODIFIED NEW *`), []item{{"a": str("c")}})
		_, err := db.ExecuteStatement(ctx, &dynamodb.ExecuteStatementInput{Statement: aws.String(fmt.Sprintf(`INSERT INTO "%s" VALUE {'pk': 'ql', 'sk': 1}`, *table))})
		var duplicate *types.DuplicateItemException
		equal(errors.As(err, &duplicate), true)
		batch := must(db.BatchExecuteStatement(ctx, &dynamodb.BatchExecuteStatementInput{Statements: []types.BatchStatementRequest{
			{Statement: aws.String(fmt.Sprintf(`SELECT * FROM "%s" WHERE pk = 'ql' AND sk = 1`, *table))},
			{Statement: aws.String(`SELECT * FROM "clients_nowhere" WHERE pk = 'ql' AND sk = 1`)}}}))
		equal(batch.Responses[0].Item["a"], str("c"))
		equal(batch.Responses[1].Error.Code, types.BatchStatementErrorCodeEnumResourceNotFound)
	})

	step("streams", func() {
		for _, put := range []*dynamodb.PutItemInput{{TableName: table, Item: with(key("s", 1), "v", num(1))}, {TableName: table, Item: with(key("s", 1), "v", num(2))}} {
			must(db.PutItem(ctx, put))
		}
		must(db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: table, Key: key("s", 1)}))
		arn := must(db.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: table})).Table.LatestStreamArn
		reader := dynamodbstreams.NewFromConfig(must(config.LoadDefaultConfig(ctx)), func(o *dynamodbstreams.Options) {
			o.BaseEndpoint = aws.String(os.Getenv("DYNAPG_ENDPOINT"))
		})
		var events []string
		for attempt := 0; attempt < 40 && len(events) < 3; attempt++ {
			events = nil
			for _, shard := range must(reader.DescribeStream(ctx, &dynamodbstreams.DescribeStreamInput{StreamArn: arn})).StreamDescription.Shards {
				iterator := must(reader.GetShardIterator(ctx, &dynamodbstreams.GetShardIteratorInput{StreamArn: arn, ShardId: shard.ShardId,
					ShardIteratorType: streams.ShardIteratorTypeTrimHorizon})).ShardIterator
				for _, record := range must(reader.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: iterator})).Records {
					if pk := record.Dynamodb.Keys["pk"].(*streams.AttributeValueMemberS); pk.Value == "s" {
						events = append(events, string(record.EventName))
					}
				}
			}
			time.Sleep(50 * time.Millisecond)
		}
		equal(events, []string{"INSERT", "MODIFY", "REMOVE"})
	})

	step("ttl", func() {
		must(db.UpdateTimeToLive(ctx, &dynamodb.UpdateTimeToLiveInput{TableName: table,
			TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: aws.String("expires"), Enabled: aws.Bool(true)}}))
		found := must(db.DescribeTimeToLive(ctx, &dynamodb.DescribeTimeToLiveInput{TableName: table})).TimeToLiveDescription
		equal(*found.AttributeName, "expires")
		equal(bytes.HasPrefix([]byte(found.TimeToLiveStatus), []byte("ENABL")), true)
	})

	step("retries", func() {
		lossy := clientAt("DYNAPG_LOSSY_ENDPOINT")
		must(lossy.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
			{Update: &types.Update{TableName: table, Key: key("retried", 1), UpdateExpression: aws.String("ADD n :one"), ExpressionAttributeValues: item{":one": num(1)}}}}}))
		equal(must(lossy.GetItem(ctx, &dynamodb.GetItemInput{TableName: table, Key: key("retried", 1)})).Item["n"], num(1))
	})

	step("waiters", func() {
		must(db.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: table}))
		check(dynamodb.NewTableNotExistsWaiter(db).Wait(ctx, &dynamodb.DescribeTableInput{TableName: table}, 20*time.Second))
	})
}

func contains(list []string, wanted string) bool {
	for _, name := range list {
		if name == wanted {
			return true
		}
	}
	return false
}
