<?php
/**
 * The part of the extension that is the same for every version: who may ask, and what.
 *
 * Answers signed questions about a few tables with raw rows. It calculates nothing and changes nothing.
 *
 * signature = HMAC-SHA256(key, "tieout-1\n" what "\n" time "\n" nonce "\n" SHA-256(body)), in hexadecimal digits.
 */
class TieoutDoor {
	const AGE_SECONDS_MAX = 300;
	const NONCE_LENGTH_MIN = 16;
	const BODY_BYTES_MAX = 262144;
	const ROWS_MAX = 5000;
	const VALUES_MAX = 500;

	/** Columns that may be read. Passwords, payment secrets and visitors' addresses are in none of them. */
	const TABLES = [
		'order' => ['order_id', 'total', 'currency_code', 'currency_value', 'date_added', 'order_status_id', 'date_modified', 'invoice_no', 'invoice_prefix', 'transaction_id', 'store_id', 'store_name', 'customer_id', 'customer_group_id', 'firstname', 'lastname', 'email', 'telephone', 'custom_field', 'payment_firstname', 'payment_lastname', 'payment_company', 'payment_address_1', 'payment_address_2', 'payment_city', 'payment_postcode', 'payment_country', 'payment_country_id', 'payment_zone', 'payment_zone_id', 'payment_custom_field', 'payment_method', 'payment_code', 'shipping_firstname', 'shipping_lastname', 'shipping_company', 'shipping_address_1', 'shipping_address_2', 'shipping_city', 'shipping_postcode', 'shipping_country', 'shipping_country_id', 'shipping_zone', 'shipping_zone_id', 'shipping_custom_field', 'shipping_method', 'shipping_code', 'language_id'],
		'order_product' => ['order_product_id', 'product_id', 'name', 'model', 'quantity', 'price', 'total', 'tax', 'order_id'],
		'order_option' => ['order_product_id', 'order_option_id', 'name', 'value', 'type', 'order_id'],
		'order_total' => ['order_total_id', 'code', 'title', 'value', 'sort_order', 'order_id', 'extension'],
		'order_history' => ['order_history_id', 'order_status_id', 'comment', 'date_added', 'order_id'],
		'order_voucher' => ['order_voucher_id', 'description', 'code', 'amount', 'order_id'],
		'return' => ['return_id', 'order_id', 'product_id', 'product', 'model', 'quantity', 'return_action_id', 'return_status_id', 'date_added', 'date_modified'],
		'customer' => ['customer_id', 'customer_group_id', 'store_id', 'firstname', 'lastname', 'email', 'telephone', 'custom_field', 'status', 'date_added', 'address_id'],
		'address' => ['address_id', 'firstname', 'lastname', 'company', 'address_1', 'address_2', 'city', 'postcode', 'country_id', 'zone', 'custom_field', 'customer_id', 'zone_id', 'default'],
		'product' => ['product_id', 'model', 'sku', 'price', 'tax_class_id', 'status', 'date_added', 'date_modified'],
		'product_description' => ['product_id', 'language_id', 'name', 'description'],
		'product_code' => ['product_id', 'code', 'value'],
		'coupon' => ['coupon_id', 'code', 'type', 'shipping'],
		'coupon_history' => ['coupon_id', 'order_id'],
		'customer_transaction' => ['customer_transaction_id', 'order_id'],
		'currency' => ['code', 'decimal_place'],
		'country' => ['country_id', 'iso_code_2'],
		'country_description' => ['country_id'],
		'zone' => ['zone_id', 'name'],
		'zone_description' => ['zone_id', 'language_id', 'name'],
		'language' => ['language_id', 'code'],
		'order_status' => ['order_status_id', 'language_id', 'name'],
		'customer_group_description' => ['customer_group_id', 'language_id', 'name'],
		'tax_class' => ['tax_class_id', 'title'],
		'tax_rate' => ['tax_rate_id', 'geo_zone_id', 'name', 'rate', 'type'],
		'tax_rate_to_customer_group' => ['tax_rate_id', 'customer_group_id'],
		'tax_rule' => ['tax_class_id', 'tax_rate_id', 'based'],
		'zone_to_geo_zone' => ['geo_zone_id', 'country_id', 'zone_id'],
		'store' => ['store_id', 'name', 'url'],
		'setting' => ['store_id', 'key', 'value'],
	];

	/** Settings hold secrets of the shop: only these rows are ever given. */
	const SETTINGS = ['config_currency', 'config_timezone', 'config_tax', 'config_name', 'config_url', 'config_language', 'config_language_catalog', 'config_country_id', 'config_zone_id', 'config_void_status_id', 'config_processing_status', 'config_complete_status', 'total_handling_tax_class_id', 'total_low_order_fee_tax_class_id'];
	const SHIPPING_CLASSES = 'shipping_%_tax_class_id';

	const OPERATORS = ['=' => '=', '>' => '>', '>=' => '>=', 'like' => 'LIKE', 'in' => 'IN'];

	private $query;
	private $escape;
	private $prefix;

	/**
	 * @param callable $query   SQL to a list of rows
	 * @param callable $escape  a value to its form between quotes
	 * @param string   $prefix  of the tables
	 */
	public function __construct(callable $query, callable $escape, string $prefix) {
		$this->query = $query;
		$this->escape = $escape;
		$this->prefix = $prefix;
	}

	public static function signature(string $key, string $what, string $time, string $nonce, string $body): string {
		return hash_hmac('sha256', implode("\n", ['tieout-1', $what, $time, $nonce, hash('sha256', $body)]), $key);
	}

	/** "" when the question is genuine, else a word why not. Nothing of the body is read before. */
	public static function refusal(string $key, string $what, string $time, string $nonce, string $body, string $given, int $now): string {
		if (strlen($key) < 32 || !ctype_digit($time) || strlen($time) > 12 || strlen($nonce) < self::NONCE_LENGTH_MIN || strlen($body) > self::BODY_BYTES_MAX) {
			return 'signature';
		}
		if (!hash_equals(self::signature($key, $what, $time, $nonce, $body), $given)) {
			return 'signature';
		}
		return abs($now - (int)$time) > self::AGE_SECONDS_MAX ? 'time' : '';
	}

	/** @return array{status: int, headers: array<string, string>, body: string} */
	public function answer(string $key, array $headers, string $body, int $now): array {
		$time = $headers['x-tieout-time'] ?? '';
		$nonce = $headers['x-tieout-nonce'] ?? '';
		$refusal = self::refusal($key, 'ask', $time, $nonce, $body, $headers['x-tieout-signature'] ?? '', $now);
		if ($refusal !== '') {
			$answer = ['error' => $refusal];
		} else {
			try {
				$answer = $this->read(json_decode($body, true));
			} catch (InvalidArgumentException $error) {
				$answer = ['error' => $error->getMessage()];
			} catch (Throwable $error) {
				$answer = ['error' => 'query'];
			}
		}
		$text = json_encode($answer, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_INVALID_UTF8_SUBSTITUTE);
		return [
			'status' => $refusal === '' ? 200 : 403,
			'headers' => [
				'content-type' => 'application/json',
				'cache-control' => 'no-store',
				'x-tieout-signature' => strlen($key) < 32 ? 'none' : self::signature($key, 'answer', $time, $nonce, $text),
			],
			'body' => $text,
		];
	}

	/** @param mixed $question */
	private function read($question): array {
		if (!is_array($question)) {
			throw new InvalidArgumentException('question');
		}
		$ask = $question['ask'] ?? '';
		if ($ask === 'now') {
			return ['value' => ($this->query)("SELECT DATE_FORMAT(UTC_TIMESTAMP(), '%Y-%m-%d %H:%i:%s') AS now")[0]['now']];
		}
		$table = $question['table'] ?? '';
		if (!is_string($table) || !isset(self::TABLES[$table])) {
			if ($ask === 'columns') {
				return ['columns' => []];
			}
			throw new InvalidArgumentException('table');
		}
		if ($ask === 'columns') {
			return ['columns' => $this->columns($table)];
		}
		if ($ask === 'index') {
			return ['value' => $this->hasIndex($table, (string)($question['column'] ?? '')) ? '1' : '0'];
		}
		if ($ask === 'select') {
			return ['rows' => $this->rows($table, $question)];
		}
		throw new InvalidArgumentException('question');
	}

	/** What the table has of the columns that may be read. */
	private function columns(string $table): array {
		$found = ($this->query)("SELECT column_name AS name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = '" . $this->text($this->prefix . $table) . "'");
		return array_values(array_intersect(self::TABLES[$table], array_map('strtolower', array_column($found, 'name'))));
	}

	private function hasIndex(string $table, string $column): bool {
		return (bool)($this->query)("SELECT 1 AS one FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name = '" . $this->text($this->prefix . $table) . "' AND column_name = '" . $this->text($column) . "' AND seq_in_index = 1");
	}

	private function rows(string $table, array $question): array {
		$columns = $this->named($table, $question['columns'] ?? null);
		if (!$columns) {
			throw new InvalidArgumentException('columns');
		}
		$where = [];
		foreach ($this->listed($question['where'] ?? []) as $condition) {
			$where[] = $this->condition($table, $this->listed($condition));
		}
		if ($table === 'setting') {
			$keys = "'" . implode("','", self::SETTINGS) . "'";
			$where[] = "(`key` IN (" . $keys . ") OR `key` LIKE '" . self::SHIPPING_CLASSES . "')";
		}
		$order = $this->named($table, $question['order'] ?? []);
		if ($order && ($question['descending'] ?? false) === true) {
			$order[0] .= ' DESC';
		}
		$limit = max(1, min(self::ROWS_MAX, (int)($question['limit'] ?? 0) ?: self::ROWS_MAX));
		$offset = max(0, (int)($question['offset'] ?? 0));
		$sql = 'SELECT ' . implode(', ', $columns) . ' FROM `' . $this->prefix . $table . '`'
			. ($where ? ' WHERE ' . implode(' AND ', $where) : '')
			. ($order ? ' ORDER BY ' . implode(', ', $order) : '')
			. ' LIMIT ' . $limit . ' OFFSET ' . $offset;
		return array_map([$this, 'texts'], ($this->query)($sql));
	}

	/** Every value as the text that the database gave; NULL is left out. */
	private function texts(array $row): object {
		return (object)array_map('strval', array_filter($row, function ($value) {
			return $value !== null;
		}));
	}

	/** @param mixed $names */
	private function named(string $table, $names): array {
		$found = [];
		foreach ($this->listed($names) as $name) {
			if (!is_string($name) || !in_array($name, self::TABLES[$table], true)) {
				throw new InvalidArgumentException('columns');
			}
			$found[] = '`' . $name . '`';
		}
		return $found;
	}

	private function condition(string $table, array $condition): string {
		[$column] = $this->named($table, [$condition[0] ?? null]);
		$how = $condition[1] ?? '';
		$values = $this->listed($condition[2] ?? []);
		if (!is_string($how) || !isset(self::OPERATORS[$how]) || !$values || count($values) > self::VALUES_MAX || ($how !== 'in' && count($values) > 1)) {
			throw new InvalidArgumentException('condition');
		}
		$quoted = [];
		foreach ($values as $value) {
			if (!is_string($value)) {
				throw new InvalidArgumentException('condition');
			}
			$quoted[] = "'" . $this->text($value) . "'";
		}
		return $column . ' ' . self::OPERATORS[$how] . ' ' . ($how === 'in' ? '(' . implode(',', $quoted) . ')' : $quoted[0]);
	}

	/** @param mixed $value */
	private function listed($value): array {
		if (!is_array($value)) {
			throw new InvalidArgumentException('question');
		}
		return array_values($value);
	}

	private function text(string $value): string {
		return ($this->escape)($value);
	}

	/**
	 * Tell Tieout that something changed: the id only, signed, within a second, and whatever happens without harm to
	 * the checkout in which this runs. Polling stays the truth.
	 */
	public static function tell(string $url, string $key, string $kind, string $id, int $now): bool {
		if (strpos($url, 'https://') !== 0 || strlen($key) < 32 || !function_exists('curl_init')) {
			return false;
		}
		$body = json_encode(['kind' => $kind, 'id' => $id]);
		$nonce = bin2hex(random_bytes(16));
		$call = curl_init($url);
		curl_setopt_array($call, [
			CURLOPT_POST => true,
			CURLOPT_POSTFIELDS => $body,
			CURLOPT_RETURNTRANSFER => true,
			CURLOPT_CONNECTTIMEOUT_MS => 700,
			CURLOPT_TIMEOUT_MS => 1000,
			CURLOPT_HTTPHEADER => [
				'content-type: application/json',
				'x-tieout-time: ' . $now,
				'x-tieout-nonce: ' . $nonce,
				'x-tieout-signature: ' . self::signature($key, 'change', (string)$now, $nonce, $body),
			],
		]);
		$done = curl_exec($call) !== false;
		curl_close($call);
		return $done;
	}

	/** Names in lower case, from $_SERVER. */
	public static function headers(array $server): array {
		$found = [];
		foreach (['time', 'nonce', 'signature'] as $name) {
			$found['x-tieout-' . $name] = (string)($server['HTTP_X_TIEOUT_' . strtoupper($name)] ?? '');
		}
		return $found;
	}
}
