<?php
/** PHP's built-in server with the extension's door; its statements are run by the test, over loopback. */
require_once(getenv('DOOR'));

if (($_GET['route'] ?? '') !== getenv('ROUTE')) {
	http_response_code(404);
	echo 'not found';
	return;
}
$door = new TieoutDoor(
	function ($sql) {
		$context = stream_context_create(['http' => ['method' => 'POST', 'content' => $sql, 'ignore_errors' => true]]);
		$text = file_get_contents(getenv('DATABASE'), false, $context);
		$rows = json_decode($text, true);
		if (!is_array($rows)) {
			throw new RuntimeException('refused');
		}
		return $rows;
	},
	'addslashes',
	'oc_'
);
$answer = $door->answer(getenv('KEY'), TieoutDoor::headers($_SERVER), file_get_contents('php://input'), time());
http_response_code($answer['status']);
foreach ($answer['headers'] as $name => $value) {
	header($name . ': ' . $value);
}
echo $answer['body'];
