-- http.lua - requests of http.sh for wrk: arguments are the operation (GetItem, PutItem, Query, BatchGetItem of 100 keys,
-- BatchWriteItem of 25 puts, TransactWriteItems of 10 puts, UpdateItem of one of 10 items), the number of items and, for
-- SignedGetItem, the file of sign.pl whose requests are replayed
local note = string.rep("n", 192)

function init(args)
	operation, items = args[1], tonumber(args[2])
	headers = {
		["Content-Type"] = "application/x-amz-json-1.0",
		["X-Amz-Target"] = "DynamoDB_20120810." .. operation,
	}
	if operation == "SignedGetItem" then
		signed = {}
		for text in io.open(args[3], "rb"):read("*a"):gmatch("[^%z]+") do
			signed[#signed + 1] = text
		end
	end
end

local function key(i)
	return string.format('"pk":{"S":"%d"},"sk":{"S":"%d"}', math.floor(i / 10), i % 10)
end

local function item(i)
	return '{' .. key(i) .. ',"cnt":{"N":"' .. math.random(1, 1000000) ..
		'"},"customer":{"S":"customer number 4711"},"status":{"S":"SHIPPED"},"total":{"N":"1234.5"},"created":{"S":"2024-03-01"},' ..
		'"paid":{"BOOL":true},"tags":{"L":[{"S":"red"},{"S":"green"},{"S":"blue"}]},"address":{"M":{"street":{"S":"Via Appia 1"},' ..
		'"city":{"S":"Rome"},"zip":{"S":"00184"}}},"note":{"S":"' .. note .. '"}}'
end

-- what make gives for that number of items from i on, spread over all items
local function list(count, i, make)
	local all = {}
	for k = 1, count do
		all[k] = make((i + k * math.floor(items / count)) % items)
	end
	return table.concat(all, ",")
end

local bodies = {
	GetItem = function(i)
		return '{"TableName":"bench","Key":{' .. key(i) .. '}}'
	end,
	PutItem = function(i)
		return '{"TableName":"bench","Item":' .. item(i) .. '}'
	end,
	Query = function(i)
		return string.format('{"TableName":"reads","KeyConditionExpression":"pk = :p",' ..
			'"ExpressionAttributeValues":{":p":{"S":"%d"}},"Limit":100}', math.floor(i / 100))
	end,
	BatchGetItem = function(i)
		return '{"RequestItems":{"bench":{"Keys":[' .. list(100, i, function(n) return '{' .. key(n) .. '}' end) .. ']}}}'
	end,
	BatchWriteItem = function(i)
		return '{"RequestItems":{"bench":[' .. list(25, i, function(n) return '{"PutRequest":{"Item":' .. item(n) .. '}}' end) .. ']}}'
	end,
	UpdateItem = function(i)
		return '{"TableName":"bench","Key":{' .. key(i % 10) .. '},"UpdateExpression":"ADD cnt :n","ExpressionAttributeValues":{":n":{"N":"1"}}}'
	end,
	TransactWriteItems = function(i)
		return '{"TransactItems":[' ..
			list(10, i, function(n) return '{"Put":{"TableName":"bench","Item":' .. item(n) .. '}}' end) .. ']}'
	end,
}

function request()
	if signed then
		return signed[math.random(#signed)]
	end
	return wrk.format("POST", "/", headers, bodies[operation](math.random(0, items - 1)))
end

function done(summary, latency, requests)
	if summary.errors.status > 0 or summary.errors.read > 0 or summary.errors.timeout > 0 then
		io.write("errors\n")
	end
	io.write(string.format("rate %.1f\n", summary.requests / summary.duration * 1e6))
end
